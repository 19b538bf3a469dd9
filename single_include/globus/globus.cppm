// SPDX-License-Identifier: Apache-2.0
// The module `globus`, made by single_include/generate.py: for compilers that know modules, as clang 19 does.
//
//     import globus;
//
// The definitions are those of <globus/src.hpp>: define GLOBUS_SEPARATE_COMPILATION for the whole program.
module;
#if __has_include(<crt_externs.h>)
#include <crt_externs.h>
#endif
#if __has_include(<format>)
#include <format>
#endif
#if __has_include(<linux/inet_diag.h>)
#include <linux/inet_diag.h>
#endif
#if __has_include(<linux/netlink.h>)
#include <linux/netlink.h>
#endif
#if __has_include(<linux/sock_diag.h>)
#include <linux/sock_diag.h>
#endif
#if __has_include(<sys/syscall.h>)
#include <sys/syscall.h>
#endif
#if __has_include(<sys/sysctl.h>)
#include <sys/sysctl.h>
#endif
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <boost/hana/core/when.hpp>
#include <boost/hana/fwd/accessors.hpp>
#include <boost/hana/fwd/bool.hpp>
#include <boost/hana/fwd/filter.hpp>
#include <boost/hana/fwd/map.hpp>
#include <boost/hana/fwd/pair.hpp>
#include <boost/hana/fwd/string.hpp>
#include <boost/hana/fwd/tuple.hpp>
#include <boost/hana/fwd/unpack.hpp>
#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_ref.hpp>
#include <boost/json/value_stack.hpp>
#include <boost/system/error_code.hpp>
#include <boost/version.hpp>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <climits>
#include <cmath>
#include <compare>
#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <curl/curl.h>
#include <deque>
#include <dirent.h>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <istream>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <new>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/opensslv.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <optional>
#include <ostream>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <random>
#include <set>
#include <signal.h>
#include <span>
#include <spawn.h>
#include <stdexcept>
#include <stdlib.h>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <time.h>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <unistd.h>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>
#include <version>

export module globus;

#ifdef __clang__
#pragma clang diagnostic ignored "-Winclude-angled-in-module-purview"
#endif
export extern "C++" {
#include <globus/globus.hpp>
}
