; Plays compiled code: what lower/ emits for try regions, written by hand. C functions of the tests in the section
; tailor_text stand for the rest of it.
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%clause = type { i32, i32 }

@type_object = external hidden global i8
@type_error1 = external hidden global i8
@type_error2 = external hidden global i8
@type_error3 = external hidden global i8

; Clause descriptors: { kind, target relative to this field }. One per type for typed catches, one per handler for filters.
@catch_object = private constant %clause { i32 0, i32 trunc (i64 sub (i64 ptrtoint (ptr getelementptr (i8, ptr @type_object, i64 24) to i64), i64 ptrtoint (ptr getelementptr (%clause, ptr @catch_object, i32 0, i32 1) to i64)) to i32) }
@catch_error1 = private constant %clause { i32 0, i32 trunc (i64 sub (i64 ptrtoint (ptr getelementptr (i8, ptr @type_error1, i64 24) to i64), i64 ptrtoint (ptr getelementptr (%clause, ptr @catch_error1, i32 0, i32 1) to i64)) to i32) }
@catch_error2 = private constant %clause { i32 0, i32 trunc (i64 sub (i64 ptrtoint (ptr getelementptr (i8, ptr @type_error2, i64 24) to i64), i64 ptrtoint (ptr getelementptr (%clause, ptr @catch_error2, i32 0, i32 1) to i64)) to i32) }
@catch_error3 = private constant %clause { i32 0, i32 trunc (i64 sub (i64 ptrtoint (ptr getelementptr (i8, ptr @type_error3, i64 24) to i64), i64 ptrtoint (ptr getelementptr (%clause, ptr @catch_error3, i32 0, i32 1) to i64)) to i32) }
@when_local_is_5 = private constant %clause { i32 1, i32 trunc (i64 sub (i64 ptrtoint (ptr @filter_local_is_5 to i64), i64 ptrtoint (ptr getelementptr (%clause, ptr @when_local_is_5, i32 0, i32 1) to i64)) to i32) }
@when_filter_throws = private constant %clause { i32 1, i32 trunc (i64 sub (i64 ptrtoint (ptr @filter_throws to i64), i64 ptrtoint (ptr getelementptr (%clause, ptr @when_filter_throws, i32 0, i32 1) to i64)) to i32) }
@when_wide = private constant %clause { i32 1, i32 trunc (i64 sub (i64 ptrtoint (ptr @filter_wide to i64), i64 ptrtoint (ptr getelementptr (%clause, ptr @when_wide, i32 0, i32 1) to i64)) to i32) }
@boundary = private constant %clause { i32 2, i32 0 }

declare hidden void @tailor_throw(ptr) noreturn cold
declare hidden void @tailor_rethrow(ptr) noreturn cold
declare hidden ptr @tailor_begin_catch(ptr) nounwind
declare hidden ptr @tailor_exception_of(ptr) nounwind
declare hidden void @tailor_boundary_reached(ptr) noreturn nounwind cold
declare hidden i32 @tailor_personality(...)
declare hidden void @tailor_poll() nounwind
declare hidden void @log_event(i32) nounwind
declare hidden i32 @error_value(ptr) nounwind
declare hidden void @throw_kind(i32) noreturn
declare hidden void @maybe_throw(i32)
declare hidden ptr @new_node(i64)
declare hidden i32 @node_value(ptr) nounwind
declare hidden void @call_back(ptr, i32)

; try { throw_kind(kind); } catch (error2 e) { return 20 + e; } catch (error1 e) { return 10 + e; }
define hidden i32 @try_typed(i32 %kind) uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void @throw_kind(i32 %kind) to label %done unwind label %pad
done:
  ret i32 0
pad:
  %lp = landingpad { ptr, i32 } catch ptr @catch_error2 catch ptr @catch_error1
  %record = extractvalue { ptr, i32 } %lp, 0
  %selector = extractvalue { ptr, i32 } %lp, 1
  %id2 = call i32 @llvm.eh.typeid.for.p0(ptr @catch_error2)
  %is2 = icmp eq i32 %selector, %id2
  br i1 %is2, label %handler2, label %next
next:
  %id1 = call i32 @llvm.eh.typeid.for.p0(ptr @catch_error1)
  %is1 = icmp eq i32 %selector, %id1
  br i1 %is1, label %handler1, label %out
handler2:
  %e2 = call ptr @tailor_begin_catch(ptr %record)
  %v2 = call i32 @error_value(ptr %e2)
  %r2 = add i32 %v2, 20
  ret i32 %r2
handler1:
  %e1 = call ptr @tailor_begin_catch(ptr %record)
  %v1 = call i32 @error_value(ptr %e1)
  %r1 = add i32 %v1, 10
  ret i32 %r1
out:
  resume { ptr, i32 } %lp
}

; try { return try_typed(kind); } catch { return 30 + e; }
define hidden i32 @try_any_around_typed(i32 %kind) uwtable section "tailor_text" personality ptr @tailor_personality {
  %result = invoke i32 @try_typed(i32 %kind) to label %done unwind label %pad
done:
  ret i32 %result
pad:
  %lp = landingpad { ptr, i32 } catch ptr @catch_object
  %record = extractvalue { ptr, i32 } %lp, 0
  %e = call ptr @tailor_begin_catch(ptr %record)
  %v = call i32 @error_value(ptr %e)
  %r = add i32 %v, 30
  ret i32 %r
}

; int local = initial;
; try { try { throw_kind(kind); } finally { log('f'); log('0' + local); } }
; catch (error2) { log('2') } catch when (log('w'), log('0' + local), local++ == 5) { log('c'); log('0' + local); }
define hidden i32 @filter_order(i32 %kind, i32 %initial) uwtable "frame-pointer"="all" "no-realign-stack" section "tailor_text" personality ptr @tailor_personality {
  %local = alloca i32
  call void (...) @llvm.localescape(ptr %local)
  store i32 %initial, ptr %local
  invoke void @throw_kind(i32 %kind) to label %done unwind label %pad
done:
  ret i32 0
pad:
  %lp = landingpad { ptr, i32 } cleanup catch ptr @catch_error2 catch ptr @when_local_is_5
  %record = extractvalue { ptr, i32 } %lp, 0
  %selector = extractvalue { ptr, i32 } %lp, 1
  call void @log_event(i32 102)
  call void @log_local(ptr %local)
  %id2 = call i32 @llvm.eh.typeid.for.p0(ptr @catch_error2)
  %is2 = icmp eq i32 %selector, %id2
  br i1 %is2, label %handler2, label %next
next:
  %idw = call i32 @llvm.eh.typeid.for.p0(ptr @when_local_is_5)
  %isw = icmp eq i32 %selector, %idw
  br i1 %isw, label %handlerw, label %out
handler2:
  %e2 = call ptr @tailor_begin_catch(ptr %record)
  call void @log_event(i32 50)
  %v2 = call i32 @error_value(ptr %e2)
  ret i32 %v2
handlerw:
  %ew = call ptr @tailor_begin_catch(ptr %record)
  call void @log_event(i32 99)
  call void @log_local(ptr %local)
  %vw = call i32 @error_value(ptr %ew)
  ret i32 %vw
out:
  resume { ptr, i32 } %lp
}
define internal void @log_local(ptr %local) uwtable section "tailor_text" {
  %v = load i32, ptr %local
  %c = add i32 %v, 48
  call void @log_event(i32 %c)
  ret void
}
define internal i32 @filter_local_is_5(ptr %frame, ptr %exception) uwtable section "tailor_text" {
  %local = call ptr @llvm.localrecover(ptr @filter_order, ptr %frame, i32 0)
  call void @log_event(i32 119)
  call void @log_local(ptr %local)
  %v = load i32, ptr %local
  %is5 = icmp eq i32 %v, 5
  %plus = add i32 %v, 1
  store i32 %plus, ptr %local
  %kind = call i32 @error_value(ptr %exception)
  %answer = zext i1 %is5 to i32
  ret i32 %answer
}

; try { throw_kind(1); } catch when (throws 3) { log('x') } -> the filter answers no; goes on to the caller's handler
define hidden void @filter_throwing() uwtable "frame-pointer"="all" "no-realign-stack" section "tailor_text" personality ptr @tailor_personality {
  invoke void @throw_kind(i32 1) to label %done unwind label %pad
done:
  ret void
pad:
  %lp = landingpad { ptr, i32 } cleanup catch ptr @when_filter_throws
  %record = extractvalue { ptr, i32 } %lp, 0
  %selector = extractvalue { ptr, i32 } %lp, 1
  call void @log_event(i32 102)
  %idw = call i32 @llvm.eh.typeid.for.p0(ptr @when_filter_throws)
  %isw = icmp eq i32 %selector, %idw
  br i1 %isw, label %handler, label %out
handler:
  %e = call ptr @tailor_begin_catch(ptr %record)
  call void @log_event(i32 120)
  ret void
out:
  resume { ptr, i32 } %lp
}
; The filter: try { throw 3 } finally { log('F') }
define internal i32 @filter_throws(ptr %frame, ptr %exception) uwtable section "tailor_text" personality ptr @tailor_personality {
  call void @log_event(i32 87)
  invoke void @throw_kind(i32 3) to label %done unwind label %pad
done:
  ret i32 1
pad:
  %lp = landingpad { ptr, i32 } cleanup
  call void @log_event(i32 70)
  resume { ptr, i32 } %lp
}
; try { filter_throwing(); } catch { return e; }
define hidden i32 @filter_throwing_caught() uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void @filter_throwing() to label %done unwind label %pad
done:
  ret i32 0
pad:
  %lp = landingpad { ptr, i32 } catch ptr @catch_object
  %record = extractvalue { ptr, i32 } %lp, 0
  %e = call ptr @tailor_begin_catch(ptr %record)
  %v = call i32 @error_value(ptr %e)
  ret i32 %v
}

; A filter in a frame where a 256-bit value lives across the call and the stack grows (stackalloc): the filter must still
; find the local.
define hidden i32 @filter_wide_frame(ptr %data, i64 %size) uwtable "frame-pointer"="all" "no-realign-stack" "target-features"="+avx2" section "tailor_text" personality ptr @tailor_personality {
  %local = alloca i32
  call void (...) @llvm.localescape(ptr %local)
  %stack = alloca i8, i64 %size, align 16
  store i32 5, ptr %local
  %wide = load <8 x i32>, ptr %data, align 4
  call void @fill(ptr %stack, i64 %size)
  invoke void @throw_kind(i32 1) to label %done unwind label %pad
done:
  ret i32 0
pad:
  %lp = landingpad { ptr, i32 } catch ptr @when_wide
  %record = extractvalue { ptr, i32 } %lp, 0
  %e = call ptr @tailor_begin_catch(ptr %record)
  %v = call i32 @error_value(ptr %e)
  %sum = call i32 @llvm.vector.reduce.add.v8i32(<8 x i32> %wide)
  %after = load i32, ptr %local
  %a = add i32 %sum, %after
  ret i32 %a
}
declare hidden void @fill(ptr, i64)
define internal i32 @filter_wide(ptr %frame, ptr %exception) uwtable section "tailor_text" {
  %local = call ptr @llvm.localrecover(ptr @filter_wide_frame, ptr %frame, i32 0)
  %v = load i32, ptr %local
  %is5 = icmp eq i32 %v, 5
  store i32 6, ptr %local
  %answer = zext i1 %is5 to i32
  ret i32 %answer
}

; try { try { throw_kind(1); } finally { log('f'); nested(kind); log('g'); } } catch (error1) { log('1') }
; catch (error3) { log('3') }
; nested throws `kind` out of the finally handler unless it is 0.
define hidden i32 @finally_throws(i32 %kind) uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void @throw_kind(i32 1) to label %done unwind label %pad
done:
  ret i32 0
pad:
  %lp = landingpad { ptr, i32 } cleanup catch ptr @catch_error1 catch ptr @catch_error3
  call void @log_event(i32 102)
  invoke void @maybe_throw(i32 %kind) to label %finally_end unwind label %pad_finally
finally_end:
  call void @log_event(i32 103)
  br label %dispatch
pad_finally:
  %lpf = landingpad { ptr, i32 } catch ptr @catch_error1 catch ptr @catch_error3
  br label %dispatch
dispatch:
  %state = phi { ptr, i32 } [ %lp, %finally_end ], [ %lpf, %pad_finally ]
  %record = extractvalue { ptr, i32 } %state, 0
  %selector = extractvalue { ptr, i32 } %state, 1
  %id1 = call i32 @llvm.eh.typeid.for.p0(ptr @catch_error1)
  %is1 = icmp eq i32 %selector, %id1
  br i1 %is1, label %handler1, label %next
next:
  %id3 = call i32 @llvm.eh.typeid.for.p0(ptr @catch_error3)
  %is3 = icmp eq i32 %selector, %id3
  br i1 %is3, label %handler3, label %out
handler1:
  %e1 = call ptr @tailor_begin_catch(ptr %record)
  call void @log_event(i32 49)
  %v1 = call i32 @error_value(ptr %e1)
  ret i32 %v1
handler3:
  %e3 = call ptr @tailor_begin_catch(ptr %record)
  call void @log_event(i32 51)
  %v3 = call i32 @error_value(ptr %e3)
  ret i32 %v3
out:
  resume { ptr, i32 } %state
}

; try { try { throw 1 } finally { try { throw 1 } catch (error1) { log('i') } log('f') } } catch (error1) { log('o') }
; The same type is caught inside the finally handler and outside of it: the first exception must stay in flight.
define hidden i32 @finally_catches() uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void @throw_kind(i32 1) to label %done unwind label %pad
done:
  ret i32 0
pad:
  %lp = landingpad { ptr, i32 } cleanup catch ptr @catch_error1
  invoke void @throw_kind(i32 2) to label %done unwind label %pad_inner
pad_inner:
  %lpi = landingpad { ptr, i32 } catch ptr @catch_error1
  %record_inner = extractvalue { ptr, i32 } %lpi, 0
  %ei = call ptr @tailor_begin_catch(ptr %record_inner)
  %vi = call i32 @error_value(ptr %ei)
  call void @log_event(i32 105)
  call void @log_event(i32 102)
  %selector = extractvalue { ptr, i32 } %lp, 1
  %id1 = call i32 @llvm.eh.typeid.for.p0(ptr @catch_error1)
  %is1 = icmp eq i32 %selector, %id1
  br i1 %is1, label %handler, label %out
handler:
  %record = extractvalue { ptr, i32 } %lp, 0
  %e = call ptr @tailor_begin_catch(ptr %record)
  call void @log_event(i32 111)
  %v = call i32 @error_value(ptr %e)
  ret i32 %v
out:
  resume { ptr, i32 } %lp
}

; while (count-- > 0) try { try { throw 1 } finally { throw 3 } } catch (error3) { total += e } catch (error1) { }
; Every turn supersedes an exception in the same activation.
define hidden i32 @supersede_loop(i32 %count) uwtable section "tailor_text" personality ptr @tailor_personality {
entry:
  br label %loop
loop:
  %left = phi i32 [ %count, %entry ], [ %left_next, %handler ]
  %total = phi i32 [ 0, %entry ], [ %total_next, %handler ]
  %end = icmp eq i32 %left, 0
  br i1 %end, label %finished, label %body
body:
  invoke void @throw_kind(i32 1) to label %never unwind label %pad
never:
  unreachable
pad:
  %lp = landingpad { ptr, i32 } cleanup catch ptr @catch_error3 catch ptr @catch_error1
  invoke void @throw_kind(i32 3) to label %never unwind label %pad_finally
pad_finally:
  %lpf = landingpad { ptr, i32 } catch ptr @catch_error3
  %selector = extractvalue { ptr, i32 } %lpf, 1
  %id3 = call i32 @llvm.eh.typeid.for.p0(ptr @catch_error3)
  %is3 = icmp eq i32 %selector, %id3
  br i1 %is3, label %handler, label %out
handler:
  %record = extractvalue { ptr, i32 } %lpf, 0
  %e = call ptr @tailor_begin_catch(ptr %record)
  %v = call i32 @error_value(ptr %e)
  %total_next = add i32 %total, %v
  %left_next = sub i32 %left, 1
  br label %loop
out:
  resume { ptr, i32 } %lpf
finished:
  ret i32 %total
}

; Nested finally handlers over three frames, inlined or not: try { nested_outer } -> log "123"
define internal void @nested_inner(i32 %kind) alwaysinline uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void @throw_kind(i32 %kind) to label %done unwind label %pad
done:
  ret void
pad:
  %lp = landingpad { ptr, i32 } cleanup
  call void @log_event(i32 49)
  resume { ptr, i32 } %lp
}
; try { nested_inner } catch (error2) { log('m') } finally { log('2') }
define internal void @nested_middle(i32 %kind) alwaysinline uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void @nested_inner(i32 %kind) to label %done unwind label %pad
done:
  ret void
pad:
  %lp = landingpad { ptr, i32 } cleanup catch ptr @catch_error2
  %record = extractvalue { ptr, i32 } %lp, 0
  %selector = extractvalue { ptr, i32 } %lp, 1
  %id2 = call i32 @llvm.eh.typeid.for.p0(ptr @catch_error2)
  %is2 = icmp eq i32 %selector, %id2
  br i1 %is2, label %handler, label %out
handler:
  %e = call ptr @tailor_begin_catch(ptr %record)
  call void @log_event(i32 109)
  call void @log_event(i32 50)
  ret void
out:
  call void @log_event(i32 50)
  resume { ptr, i32 } %lp
}
define internal void @nested_outer(i32 %kind) noinline uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void @nested_middle(i32 %kind) to label %done unwind label %pad
done:
  ret void
pad:
  %lp = landingpad { ptr, i32 } cleanup
  call void @log_event(i32 51)
  resume { ptr, i32 } %lp
}
; A second call site, whose selector numbers differ from those of the first: catch (error3) around nested_middle.
define hidden i32 @inlined_frames(i32 %kind) uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void @nested_middle(i32 %kind) to label %second unwind label %pad
second:
  invoke void @nested_outer(i32 %kind) to label %done unwind label %pad2
done:
  ret i32 0
pad:
  %lp = landingpad { ptr, i32 } catch ptr @catch_error3 catch ptr @catch_error1
  %selector = extractvalue { ptr, i32 } %lp, 1
  %id3 = call i32 @llvm.eh.typeid.for.p0(ptr @catch_error3)
  %is3 = icmp eq i32 %selector, %id3
  br i1 %is3, label %handler3, label %next
next:
  %id1 = call i32 @llvm.eh.typeid.for.p0(ptr @catch_error1)
  %is1 = icmp eq i32 %selector, %id1
  br i1 %is1, label %handler1, label %out
handler3:
  %record3 = extractvalue { ptr, i32 } %lp, 0
  %e3 = call ptr @tailor_begin_catch(ptr %record3)
  call void @log_event(i32 115)
  br label %second
handler1:
  %record1 = extractvalue { ptr, i32 } %lp, 0
  %e1 = call ptr @tailor_begin_catch(ptr %record1)
  call void @log_event(i32 116)
  br label %second
out:
  resume { ptr, i32 } %lp
pad2:
  %lp2 = landingpad { ptr, i32 } catch ptr @catch_object
  %record2 = extractvalue { ptr, i32 } %lp2, 0
  %e2 = call ptr @tailor_begin_catch(ptr %record2)
  call void @log_event(i32 117)
  %v2 = call i32 @error_value(ptr %e2)
  ret i32 %v2
}

; try { try { throw_kind(kind); } catch (error1 e) { log('c'); throw; } } catch { log('r'); return e; }
define hidden i32 @rethrow(i32 %kind) uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void @throw_kind(i32 %kind) to label %done unwind label %pad
done:
  ret i32 0
pad:
  %lp = landingpad { ptr, i32 } catch ptr @catch_error1 catch ptr @catch_object
  %record = extractvalue { ptr, i32 } %lp, 0
  %selector = extractvalue { ptr, i32 } %lp, 1
  %id1 = call i32 @llvm.eh.typeid.for.p0(ptr @catch_error1)
  %is1 = icmp eq i32 %selector, %id1
  br i1 %is1, label %inner, label %dispatch
inner:
  %e = call ptr @tailor_begin_catch(ptr %record)
  call void @log_event(i32 99)
  invoke void @tailor_rethrow(ptr %e) to label %never unwind label %pad_inner
never:
  unreachable
pad_inner:
  %lpi = landingpad { ptr, i32 } catch ptr @catch_object
  br label %dispatch
dispatch:
  %state = phi { ptr, i32 } [ %lp, %pad ], [ %lpi, %pad_inner ]
  %record_outer = extractvalue { ptr, i32 } %state, 0
  %eo = call ptr @tailor_begin_catch(ptr %record_outer)
  call void @log_event(i32 114)
  %v = call i32 @error_value(ptr %eo)
  ret i32 %v
}

; if (depth == 0) throw_kind(kind); else try { deep_finally(depth - 1, kind); } finally { object must have survived }
define hidden void @deep_finally(i32 %depth, i32 %kind) uwtable section "tailor_text" personality ptr @tailor_personality {
  %zero = icmp eq i32 %depth, 0
  br i1 %zero, label %bottom, label %more
bottom:
  call void @throw_kind(i32 %kind)
  unreachable
more:
  %wide = zext i32 %depth to i64
  %node = call ptr @new_node(i64 %wide)
  %next = sub i32 %depth, 1
  invoke void @deep_finally(i32 %next, i32 %kind) to label %done unwind label %pad
done:
  ret void
pad:
  %lp = landingpad { ptr, i32 } cleanup
  %value = call i32 @node_value(ptr %node)
  %same = icmp eq i32 %value, %depth
  br i1 %same, label %out, label %lost
lost:
  call void @log_event(i32 76)
  br label %out
out:
  resume { ptr, i32 } %lp
}
; Frames without any landing pad.
define hidden void @deep_plain(i32 %depth, i32 %kind) uwtable noinline section "tailor_text" {
  %zero = icmp eq i32 %depth, 0
  br i1 %zero, label %bottom, label %more
bottom:
  call void @throw_kind(i32 %kind)
  unreachable
more:
  %next = sub i32 %depth, 1
  call void @deep_plain(i32 %next, i32 %kind)
  call void @log_event(i32 33)
  ret void
}
; try { body(depth, kind); } catch (error2) { -e } catch (error1) { e }
define hidden i32 @catch_deep(ptr %body, i32 %depth, i32 %kind) uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void %body(i32 %depth, i32 %kind) to label %done unwind label %pad
done:
  ret i32 0
pad:
  %lp = landingpad { ptr, i32 } catch ptr @catch_error2 catch ptr @catch_error1
  %record = extractvalue { ptr, i32 } %lp, 0
  %selector = extractvalue { ptr, i32 } %lp, 1
  %id2 = call i32 @llvm.eh.typeid.for.p0(ptr @catch_error2)
  %is2 = icmp eq i32 %selector, %id2
  br i1 %is2, label %handler2, label %next
next:
  %id1 = call i32 @llvm.eh.typeid.for.p0(ptr @catch_error1)
  %is1 = icmp eq i32 %selector, %id1
  br i1 %is1, label %handler1, label %out
handler2:
  %e2 = call ptr @tailor_begin_catch(ptr %record)
  %v2 = call i32 @error_value(ptr %e2)
  %m2 = sub i32 0, %v2
  ret i32 %m2
handler1:
  %e1 = call ptr @tailor_begin_catch(ptr %record)
  %v1 = call i32 @error_value(ptr %e1)
  ret i32 %v1
out:
  resume { ptr, i32 } %lp
}

; Ten arguments (some on the stack) and a stack that grows before the call: GNU_args_size must be honoured.
define hidden i32 @stack_arguments(i64 %size, i32 %kind) minsize optsize uwtable section "tailor_text" personality ptr @tailor_personality {
  %stack = alloca i8, i64 %size, align 16
  call void @fill(ptr %stack, i64 %size)
  invoke void @many_arguments(i64 1, i64 2, i64 3, i64 4, i64 5, i64 6, i64 7, i64 8, i64 9, i32 %kind) to label %done unwind label %pad
done:
  ret i32 0
pad:
  %lp = landingpad { ptr, i32 } catch ptr @catch_object
  %record = extractvalue { ptr, i32 } %lp, 0
  %e = call ptr @tailor_begin_catch(ptr %record)
  %v = call i32 @error_value(ptr %e)
  call void @fill(ptr %stack, i64 %size)
  ret i32 %v
}
declare hidden void @many_arguments(i64, i64, i64, i64, i64, i64, i64, i64, i64, i32)

; UnmanagedCallersOnly: nothing unwinds past it.
define hidden void @boundary_call(ptr %body, i32 %argument) uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void %body(i32 %argument) to label %done unwind label %pad
done:
  ret void
pad:
  %lp = landingpad { ptr, i32 } catch ptr @boundary
  %record = extractvalue { ptr, i32 } %lp, 0
  call void @tailor_boundary_reached(ptr %record)
  unreachable
}
; try { throw_kind(kind); } finally { log_fatal(); } : must not run when nobody catches
define hidden void @finally_under_boundary(i32 %kind) uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void @throw_kind(i32 %kind) to label %done unwind label %pad
done:
  ret void
pad:
  %lp = landingpad { ptr, i32 } cleanup
  call void @print_finally()
  resume { ptr, i32 } %lp
}
declare hidden void @print_finally() nounwind
; try { call_back(boundary_call...) } catch { print }: native code and a boundary lie between throw and catch
define hidden void @catch_over_boundary(i32 %kind) uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void @call_back(ptr @finally_under_boundary, i32 %kind) to label %done unwind label %pad
done:
  ret void
pad:
  %lp = landingpad { ptr, i32 } catch ptr @catch_object
  %record = extractvalue { ptr, i32 } %lp, 0
  %e = call ptr @tailor_begin_catch(ptr %record)
  call void @print_finally()
  ret void
}

; A store through a null reference in the write barrier: try { RhpAssignRef(destination, node); } catch { return e; }
declare hidden void @RhpAssignRef(ptr, ptr)
define hidden i32 @barrier_store(ptr %destination, ptr %node) uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void @RhpAssignRef(ptr %destination, ptr %node) to label %done unwind label %pad
done:
  ret i32 0
pad:
  %lp = landingpad { ptr, i32 } catch ptr @catch_object
  %record = extractvalue { ptr, i32 } %lp, 0
  %e = call ptr @tailor_begin_catch(ptr %record)
  %v = call i32 @error_value(ptr %e)
  ret i32 %v
}

; Faults that no check foresaw.
define hidden i32 @load_unchecked(ptr %p) uwtable noinline section "tailor_text" {
  %v = load volatile i32, ptr %p
  ret i32 %v
}
define hidden i32 @divide_unchecked(i32 %a, i32 %b) uwtable noinline section "tailor_text" {
  %v = sdiv i32 %a, %b
  ret i32 %v
}
define hidden i32 @recurse_forever(i32 %n, ptr %p) uwtable noinline "probe-stack"="inline-asm" section "tailor_text" {
  %big = alloca [20000 x i8]
  store volatile i8 1, ptr %big
  %m = add i32 %n, 1
  %r = call i32 @recurse_forever(i32 %m, ptr %big)
  %v = load volatile i8, ptr %p
  %w = zext i8 %v to i32
  %s = add i32 %r, %w
  ret i32 %s
}

; A loop as compiled code polls it: while (*stop == 0) { poll; turns++ }, with live values of every kind across the poll.
@RhpTrapThreads = external hidden global i32
define hidden i64 @polling_loop(ptr %stop, ptr %node, double %x, <4 x float> %v) uwtable section "tailor_text" {
entry:
  br label %loop
loop:
  %turns = phi i64 [ 0, %entry ], [ %turns_next, %next ]
  %sum = phi double [ %x, %entry ], [ %sum_next, %next ]
  %vector = phi <4 x float> [ %v, %entry ], [ %vector_next, %next ]
  %trap = load volatile i32, ptr @RhpTrapThreads
  %trapped = icmp ne i32 %trap, 0
  br i1 %trapped, label %slow, label %next, !prof !0
slow:
  call preserve_mostcc void @tailor_poll()
  br label %next
next:
  %sum_next = fadd double %sum, %x
  %vector_next = fadd <4 x float> %vector, %v
  %turns_next = add i64 %turns, 1
  %value = load volatile i32, ptr %stop
  %continue = icmp eq i32 %value, 0
  br i1 %continue, label %loop, label %end
end:
  %fturns = uitofp i64 %turns_next to double
  %expected = fmul double %fturns, %x
  %expected1 = fadd double %expected, %x
  %good = fcmp oeq double %sum_next, %expected1
  %lane = extractelement <4 x float> %vector_next, i32 3
  %lane_nonzero = fcmp une float %lane, 0.0
  %ok = and i1 %good, %lane_nonzero
  %alive = call i32 @node_value(ptr %node)
  %wide = zext i32 %alive to i64
  %result = select i1 %ok, i64 %wide, i64 -1
  ret i64 %result
}
; The same with everything live across the poll through preserve_allcc.
define hidden double @poll_all(double %a, double %b, double %c, i64 %i, i64 %j) uwtable section "tailor_text" {
  call preserve_allcc void @tailor_poll()
  %s = fadd double %a, %b
  %t = fadd double %s, %c
  %k = add i64 %i, %j
  %f = uitofp i64 %k to double
  %r = fadd double %t, %f
  ret double %r
}
!0 = !{!"branch_weights", i32 1, i32 2000}

declare i32 @llvm.eh.typeid.for.p0(ptr)
declare void @llvm.localescape(...)
declare ptr @llvm.localrecover(ptr, ptr, i32 immarg)
declare i32 @llvm.vector.reduce.add.v8i32(<8 x i32>)

; try { try { throw_kind(3); } finally { collect_in_finally(); } } catch { return e; }
declare hidden void @collect_in_finally()
define internal void @unwind_through_collection() uwtable noinline section "tailor_text" personality ptr @tailor_personality {
  invoke void @throw_kind(i32 3) to label %done unwind label %pad
done:
  ret void
pad:
  %lp = landingpad { ptr, i32 } cleanup
  call void @collect_in_finally()
  resume { ptr, i32 } %lp
}
define hidden i32 @collect_while_unwinding() uwtable section "tailor_text" personality ptr @tailor_personality {
  invoke void @unwind_through_collection() to label %done unwind label %pad
done:
  ret i32 0
pad:
  %lp = landingpad { ptr, i32 } catch ptr @catch_object
  %record = extractvalue { ptr, i32 } %lp, 0
  %e = call ptr @tailor_begin_catch(ptr %record)
  %v = call i32 @error_value(ptr %e)
  ret i32 %v
}
