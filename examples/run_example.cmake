# Runs an example as a test: it must end with status 0, and print what matches a regular expression.
#
#   cmake -D EXPECTED=<regular expression> -P run_example.cmake -- <program> <argument>...
cmake_minimum_required(VERSION 3.22)

set(command)
set(is_command OFF)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(is_command)
    string(REPLACE ";" "\\;" word "${CMAKE_ARGV${i}}")
    list(APPEND command "${word}")
  elseif(CMAKE_ARGV${i} STREQUAL "--")
    set(is_command ON)
  endif()
endforeach()

execute_process(COMMAND ${command} RESULT_VARIABLE status OUTPUT_VARIABLE words ECHO_OUTPUT_VARIABLE)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "The example ends with ${status}.")
endif()
if(NOT words MATCHES "${EXPECTED}")
  message(FATAL_ERROR "The example does not print\n${EXPECTED}")
endif()
