# What a wrong program is told.
#
#   cmake -D COMPILER=<compiler> -D FLAGS=<flag|flag|...> -D HEADER=<header> -D SOURCE=<file> -P RejectTest.cmake
#
# HEADER was precompiled by Precompile.cmake; it holds what SOURCE includes. A SOURCE with a line `// alone` gets it not,
# because what it does not include matters.
#
# SOURCE holds a right program and, where GLOBUS_REJECT is defined, a wrong one. The right one must compile. The wrong
# one must not, must be refused with one error, and the compiler's words must match every line of SOURCE of the form
#
#   // expect: <regular expression of CMake>
#
# A line `// errors: <number>` allows more than one error, where a compiler reads on after a mistake of grammar. A line
# `// only: clang` says that only clang refuses it; no test is made for other compilers.
cmake_minimum_required(VERSION 3.22)

file(STRINGS "${SOURCE}" expected REGEX "^// expect: ")
if(NOT expected)
  message(FATAL_ERROR "${SOURCE} expects nothing: add a line `// expect: <regular expression>`")
endif()

set(precompiled -include ${HEADER})
file(STRINGS "${SOURCE}" alone REGEX "^// alone")
if(alone)
  set(precompiled "")
endif()

set(ENV{LC_ALL} C) # English words and plain quotation marks
string(REPLACE "|" ";" flags "${FLAGS}")

function(fail reason)
  message(NOTICE "${words}")
  message(FATAL_ERROR "${reason}")
endfunction()

function(compile status_variable words_variable)
  execute_process(
    COMMAND ${COMPILER} ${flags} ${precompiled} -fsyntax-only -fdiagnostics-color=never -fmessage-length=0 ${ARGN} ${SOURCE}
    RESULT_VARIABLE status
    OUTPUT_VARIABLE words
    ERROR_VARIABLE words)
  set(${status_variable} "${status}" PARENT_SCOPE)
  set(${words_variable} "${words}" PARENT_SCOPE)
endfunction()

compile(status words)
if(NOT status EQUAL 0)
  fail("The right program does not compile; the compiler's words are above.")
endif()

compile(status words -DGLOBUS_REJECT)
if(status EQUAL 0)
  message(FATAL_ERROR "The wrong program compiles.")
endif()
foreach(line IN LISTS expected)
  string(REGEX REPLACE "^// expect: " "" expression "${line}")
  if(NOT words MATCHES "${expression}")
    fail("The wrong program is refused, but in the words above, not in these:\n  ${expression}")
  endif()
endforeach()

set(allowed 1)
file(STRINGS "${SOURCE}" errors REGEX "^// errors: [0-9]+$")
if(errors)
  string(REGEX REPLACE "^// errors: " "" allowed "${errors}")
endif()

# Only the places are matched: the words after them may hold semicolons, which would count as more errors.
string(REGEX MATCHALL "[^\n;]+:[0-9]+: (fatal )?error: " errors "${words}")
list(LENGTH errors count)
if(count EQUAL 0 OR count GREATER allowed)
  fail("The wrong program is refused with the ${count} errors above; ${allowed} would be enough.")
endif()
