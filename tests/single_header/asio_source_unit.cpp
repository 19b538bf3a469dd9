// SPDX-License-Identifier: Apache-2.0
// The file of a compiled program that has the definitions of the asynchronous face.
#include <globus/asio_src.hpp>
