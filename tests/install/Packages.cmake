# What CPack makes: `cpack -G DEB` the Debian packages globus-cpp-dev (headers) and, if the examples are built,
# globus-cpp-sandbox (the program globus-sandbox); `cpack --config CPackSourceConfig.cmake` the source archive.
set(CPACK_PACKAGE_NAME globus-cpp)
set(CPACK_PACKAGE_VENDOR "The authors of globus-cpp")
set(CPACK_PACKAGE_CONTACT "the maintainers of globus-cpp <globus-cpp@localhost>")
set(CPACK_PACKAGE_HOMEPAGE_URL https://www.globus.org)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_RESOURCE_FILE_README ${PROJECT_SOURCE_DIR}/README.md)

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL headers)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_HEADERS_PACKAGE_NAME globus-cpp-dev)
set(CPACK_DEBIAN_HEADERS_FILE_NAME globus-cpp-dev_${PROJECT_VERSION}_all.deb)
set(CPACK_DEBIAN_HEADERS_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_HEADERS_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_HEADERS_PACKAGE_DEPENDS
    "libboost-dev (>= 1.79) | libboost1.81-dev, libboost-json-dev (>= 1.79) | libboost-json1.81-dev, libcurl4-openssl-dev (>= 7.68) | libcurl-dev, libssl-dev (>= 1.1.1)")
set(CPACK_COMPONENT_HEADERS_DESCRIPTION "${PROJECT_DESCRIPTION}")

if(TARGET globus-sandbox)
  install(TARGETS globus-sandbox RUNTIME COMPONENT sandbox OPTIONAL)
  install(FILES ${PROJECT_SOURCE_DIR}/examples/globus-sandbox.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT sandbox)
  list(APPEND CPACK_COMPONENTS_ALL sandbox)
  set(CPACK_DEBIAN_SANDBOX_PACKAGE_NAME globus-cpp-sandbox)
  set(CPACK_DEBIAN_SANDBOX_PACKAGE_SHLIBDEPS ON)
  set(CPACK_COMPONENT_SANDBOX_DESCRIPTION "A local Globus for the tests of programs")
endif()

set(CPACK_SOURCE_GENERATOR TGZ)
set(CPACK_SOURCE_PACKAGE_FILE_NAME globus-cpp-${PROJECT_VERSION})
string(REGEX REPLACE "([][+.*()^$?])" "\\\\\\1" here "${PROJECT_SOURCE_DIR}")
set(CPACK_SOURCE_IGNORE_FILES "^${here}/[.](git|cache)/" "^${here}/[.]git$" "^${here}/build[^/]*/" "/__pycache__/"
                              "^${here}/CMakeUserPresets.json$")
include(CPack)
