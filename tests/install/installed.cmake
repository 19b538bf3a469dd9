# Installs what BUILD holds below WORK and moves it, then configures, builds and runs consumer/ against it.
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${WORK})
set(prefix ${WORK}/moved/prefix)

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
file(MAKE_DIRECTORY ${WORK}/moved)
file(RENAME ${WORK}/prefix ${prefix})
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${WORK}/build -G ${GENERATOR}
    -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_FLAGS=${CXXFLAGS}
    -D WANTED_VERSION=${VERSION} -D WANTED_PREFIX=${prefix})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/consumer)
run(${WORK}/build/compiled_consumer)
run_by_pkg_config(${prefix})
