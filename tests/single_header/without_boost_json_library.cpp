// SPDX-License-Identifier: Apache-2.0
// Boost.JSON from its headers: nothing to link but libcurl and OpenSSL.
#include <boost/json/src.hpp>
#include "alone.cpp"
