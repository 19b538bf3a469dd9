// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_FACADE_SRC_HPP
#define GLOBUS_FACADE_SRC_HPP

// The definitions of globus/facade.h, for the one source file, compiled as C++20, of a library or program whose other
// files are C or C++17. CMake's target globus::facade does all of this.

#include <globus/facade/impl/client.ipp>
#include <globus/facade/impl/collection.ipp>
#include <globus/facade/impl/errors.ipp>
#include <globus/facade/impl/files.ipp>
#include <globus/facade/impl/tasks.ipp>

#endif  // GLOBUS_FACADE_SRC_HPP
