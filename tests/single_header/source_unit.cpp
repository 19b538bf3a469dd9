// SPDX-License-Identifier: Apache-2.0
// The definitions of the single header, for a program that compiles them once.
#include <globus/src.hpp>
