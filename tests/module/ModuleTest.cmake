# Compiles the module, the definitions and main.cpp below WORK with COMPILER, and runs what comes out.
cmake_minimum_required(VERSION 3.22)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
string(REPLACE "|" ";" flags "${FLAGS}")
string(REPLACE "|" ";" libraries "${LIBRARIES}")
list(APPEND flags -DGLOBUS_SEPARATE_COMPILATION)

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK} RESULT_VARIABLE status OUTPUT_VARIABLE words
                  ERROR_VARIABLE words)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${words}")
  endif()
endfunction()

file(WRITE ${WORK}/definitions.cpp "#include <globus/src.hpp>\n")
run(${COMPILER} ${flags} --precompile ${SINGLE_INCLUDE}/globus/globus.cppm -o globus.pcm)
run(${COMPILER} ${flags} -fmodule-file=globus=globus.pcm -c ${CMAKE_CURRENT_LIST_DIR}/main.cpp -o main.o)
run(${COMPILER} ${flags} -c definitions.cpp -o definitions.o)
run(${COMPILER} -c globus.pcm -o module.o)
run(${COMPILER} main.o module.o definitions.o ${libraries} -o program)
run(${WORK}/program)
