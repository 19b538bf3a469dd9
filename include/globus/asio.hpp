// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_ASIO_HPP
#define GLOBUS_ASIO_HPP

/**
 * @file
 * The asynchronous face of the SDK, on Boost.Asio (1.81 or newer): AsioTransport, and the functions of a Client that do
 * not block, see AsyncFunctions.
 *
 * It needs `globus/globus.hpp`, or the header of a service, beside it. Header-only there is nothing else to do. In a
 * compiled build one file of the program includes `globus/asio_src.hpp`.
 */

#include <boost/version.hpp>
#if BOOST_VERSION < 108100
#error "globus/asio.hpp needs Boost 1.81 or newer: name the directory of a newer one with -I"
#endif

#include <globus/client/async_composed.hpp>
#include <globus/client/async_send.hpp>
#include <globus/http/asio_transport.hpp>

#endif  // GLOBUS_ASIO_HPP
