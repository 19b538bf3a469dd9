// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_ERROR_IPP
#define GLOBUS_CORE_IMPL_ERROR_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>

#include <string>

namespace globus {

GLOBUS_DECL DecodeError DecodeError::in(std::string const& answer) const {
    DecodeError same(answer + ": " + what(), {}, damage_);
    same.body_ = body_;
    return same;
}

}  // namespace globus

#endif  // GLOBUS_CORE_IMPL_ERROR_IPP
