# Rewrites `resume { ptr, i32 } %state` of textual LLVM IR into a call of tailor_resume.
/^  resume \{ ptr, i32 \}/ {
    print "  %resumed" NR " = extractvalue { ptr, i32 } " $NF ", 0"
    print "  call void @tailor_resume(ptr %resumed" NR ")"
    print "  unreachable"
    next
}
{ print }
END { print "declare hidden void @tailor_resume(ptr) noreturn cold" }
