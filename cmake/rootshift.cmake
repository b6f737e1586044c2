# What every part is built with.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(ROOTSHIFT_WERROR "warnings are errors" OFF)
option(ROOTSHIFT_FUZZ "targets for libFuzzer; needs clang" OFF)
set(ROOTSHIFT_SANITIZE "" CACHE STRING "sanitizers, as for -fsanitize=")

# Warnings, sanitizers and the include root, in one interface target that all of ours link.
add_library(rootshift_ours INTERFACE)
target_include_directories(rootshift_ours INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(rootshift_ours INTERFACE _GNU_SOURCE ROOTSHIFT_VERSION="${PROJECT_VERSION}")
target_compile_options(rootshift_ours INTERFACE
    -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
    -Wwrite-strings -Wformat=2 -Wimplicit-fallthrough -fno-strict-aliasing -fstack-protector-strong
    $<$<C_COMPILER_ID:Clang>:-Wno-format-nonliteral> # which it counts to -Wformat=2
    $<$<BOOL:${ROOTSHIFT_WERROR}>:-Werror>)
if(ROOTSHIFT_SANITIZE)
    target_compile_options(rootshift_ours INTERFACE -fsanitize=${ROOTSHIFT_SANITIZE} -fno-omit-frame-pointer
                           -fno-sanitize-recover=all)
    target_link_options(rootshift_ours INTERFACE -fsanitize=${ROOTSHIFT_SANITIZE})
endif()

if(ROOTSHIFT_FUZZ)
    target_compile_options(rootshift_ours INTERFACE -fsanitize=fuzzer-no-link)
endif()

# A quicker allocator than the C library's, for a program that lives on TLS handshakes: each is some thousand small
# allocations of OpenSSL's, an eighth of what it costs. Sanitizers bring their own.
add_library(rootshift_allocator INTERFACE)
if(NOT ROOTSHIFT_SANITIZE)
    find_package(mimalloc 2.0 REQUIRED)
    target_link_libraries(rootshift_allocator INTERFACE -Wl,--push-state,--no-as-needed mimalloc -Wl,--pop-state)
endif()

# room(NAME SOURCES … [LINK …] [HEADERS …]): a folder of nouns as a static library.
function(room name)
    cmake_parse_arguments(PARSE_ARGV 1 room "" "" "SOURCES;LINK")
    add_library(${name} STATIC ${room_SOURCES})
    target_link_libraries(${name} PUBLIC rootshift_ours ${room_LINK})
endfunction()

# program(NAME LIBRARY): an installed program made of main.c and its library.
function(program name library)
    add_executable(${name} main.c)
    target_link_libraries(${name} PRIVATE ${library})
    install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# embed(TARGET TABLE FILE…): the bytes of files inside the program, as
# `const struct embedded TABLE[]` (schema/base/embedded.h), ended by a row without name.
function(embed target table)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${table}.c)
    set(text "#include \"schema/base/embedded.h\"\n\n")
    set(rows "")
    set(number 0)
    foreach(file ${ARGN})
        cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE path)
        cmake_path(GET path FILENAME name)
        set(label ${table}_${number})
        string(APPEND text
            "__asm__(\".section .rodata\\n.balign 16\\n.global ${label}\\n.type ${label}, @object\\n${label}:\\n\"\n"
            "        \".incbin \\\"${path}\\\"\\n${label}_end:\\n.global ${label}_end\\n.byte 0\\n\"\n"
            "        \".size ${label}, . - ${label}\\n.previous\\n\");\n"
            "extern const unsigned char ${label}[], ${label}_end[];\n")
        string(APPEND rows "    { \"${name}\", ${label}, ${label}_end },\n")
        set_property(SOURCE ${source} APPEND PROPERTY OBJECT_DEPENDS ${path})
        math(EXPR number "${number} + 1")
    endforeach()
    string(APPEND text "\nextern const struct embedded ${table}[];\nconst struct embedded ${table}[] = {\n${rows}    { 0, 0, 0 },\n};\n")
    file(CONFIGURE OUTPUT ${source} CONTENT "${text}" @ONLY)
    target_sources(${target} PRIVATE ${source})
endfunction()
