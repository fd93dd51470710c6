# TAILOR_STATIC: the packaged compiler is one static executable that needs nothing of the machine it runs on, not even a
# certain glibc (measured with LLVM 19.1.7, X86 only: 42 MB, 17 MB compressed in the package).
# Included before the libraries are looked for, so that pkg-config's targets name archives.
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)

# Debian's LLVM targets name shared libraries (libz3) in their link interface; llvm-config's list of archives does not.
find_program(LLVM_CONFIG NAMES llvm-config-19 llvm-config REQUIRED)
execute_process(COMMAND ${LLVM_CONFIG} --link-static --libs core analysis passes x86codegen x86asmparser x86desc x86info
        bitreader bitwriter debuginfodwarf object
    OUTPUT_VARIABLE llvm_archives OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${LLVM_CONFIG} --libdir
    OUTPUT_VARIABLE llvm_directory OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(llvm_archives)

# Libraries that the archives need: LLVM's C++ runtime and compression, and libxml2's ICU and liblzma.
# ICU's data (31 MB of the executable) is replaced by an empty table: it serves only documents in encodings other than
# UTF-8, UTF-16, ISO-8859-1 and ASCII, which libxml2 then refuses by name.
add_library(tailor_icu_data STATIC ${CMAKE_CURRENT_LIST_DIR}/icu_data.c)
set(TAILOR_LLVM_ARCHIVES -L${llvm_directory} ${llvm_archives} stdc++ z zstd m)
set(TAILOR_XML_ARCHIVES icuuc tailor_icu_data lzma stdc++ z m)

# LLVM allocates a great deal: with jemalloc's malloc a hello world takes 13 % less CPU time than with glibc's and 10 % more
# memory. Whole, so that no function of glibc's allocator is linked beside it.
find_library(TAILOR_ALLOCATOR jemalloc REQUIRED)

# Links `target` statically and without what is not used. glibc warns that dlopen, getaddrinfo and getpwnam would need
# shared libraries: LLVM's plugins, libxml2's HTTP client and `~` in paths, none of which the compiler uses.
function(tailor_static_executable target)
    target_link_libraries(${target} PRIVATE ${TAILOR_XML_ARCHIVES}
        -Wl,--whole-archive ${TAILOR_ALLOCATOR} -Wl,--no-whole-archive)
    target_link_options(${target} PRIVATE -static -Wl,--gc-sections LINKER:--no-warnings)
endfunction()
