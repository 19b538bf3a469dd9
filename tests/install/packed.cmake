# Makes the Debian package and the source archive below WORK. A program is built with what is in the package; a project
# has what is in the archive as a part of itself, by add_subdirectory and by FetchContent.
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${WORK})
set(options -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_FLAGS=${CXXFLAGS})
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build ${options} -D GLOBUS_BUILD_TESTS=OFF -D GLOBUS_BUILD_EXAMPLES=OFF
    -D GLOBUS_BUILD_BENCHMARKS=OFF)

run(${CMAKE_CPACK_COMMAND} --config ${WORK}/build/CPackSourceConfig.cmake -B ${WORK}/source)
set(name globus-cpp-${VERSION})
file(ARCHIVE_EXTRACT INPUT ${WORK}/source/${name}.tar.gz DESTINATION ${WORK}/source)
foreach(way add_subdirectory FetchContent)
  run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/embedding -B ${WORK}/${way} ${options}
      -D GLOBUS_SOURCE=${WORK}/source/${name} -D WAY=${way})
endforeach()
run(${CMAKE_COMMAND} --build ${WORK}/FetchContent)
run(${WORK}/FetchContent/embedding ${VERSION})

find_program(DPKG_DEB dpkg-deb)
if(NOT DPKG_DEB)
  message(STATUS "there is no dpkg-deb here")
  return()
endif()
run(${CMAKE_CPACK_COMMAND} --config ${WORK}/build/CPackConfig.cmake -G DEB -B ${WORK}/deb)
set(package ${WORK}/deb/globus-cpp-dev_${VERSION}_all.deb)
run(${DPKG_DEB} --field ${package} Version)
if(NOT words STREQUAL VERSION)
  message(FATAL_ERROR "the package is of version ${words}, not ${VERSION}")
endif()
run(${DPKG_DEB} --extract ${package} ${WORK}/root)
run_by_pkg_config(${WORK}/root/usr)
