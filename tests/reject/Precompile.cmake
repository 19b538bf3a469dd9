# Precompiles what the programs of this folder include.
#
#   cmake -D COMPILER=<compiler> -D FLAGS=<flag|flag|...> -D HEADER=<header> -P Precompile.cmake
#
# Both compilers find HEADER.gch beside HEADER, which the programs get by -include.
cmake_minimum_required(VERSION 3.22)

string(REPLACE "|" ";" flags "${FLAGS}")
execute_process(COMMAND ${COMPILER} ${flags} -x c++-header ${HEADER} -o ${HEADER}.gch RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${HEADER} does not compile.")
endif()
