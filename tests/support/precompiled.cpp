// SPDX-License-Identifier: Apache-2.0
// Empty: the precompiled header that the test programs share is made for this source.
