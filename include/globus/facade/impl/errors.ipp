// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_FACADE_IMPL_ERRORS_IPP
#define GLOBUS_FACADE_IMPL_ERRORS_IPP

#include <globus/facade.h>
#include <globus/core/error.hpp>
#include <globus/http/errors.hpp>
#include <globus/oauth/api_error.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/transfer/errors.hpp>

#include <cerrno>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>

struct globus_sdk_error {
    int code = 0;
    int http_status = 0;
    bool outcome_unknown = false;
    std::string message = {};
    std::string word = {};
    std::string request_id = {};
    std::string submission_id = {};
    std::string required_scopes = {};
};

namespace globus::facade::detail {

/// What a callback returned, which ends its function.
struct Returned {
    int value;
};

inline int code_of(NetworkError const& error) {
    using Kind = NetworkError::Kind;
    switch (error.kind()) {
        case Kind::timeout:
            return ETIMEDOUT;
        case Kind::cancelled:
            return ECANCELED;
        case Kind::resolve:
        case Kind::proxy:
            return EHOSTUNREACH;
        case Kind::connect:
            return ECONNREFUSED;
        case Kind::interrupted:
            return ECONNRESET;
        case Kind::too_large:
            return EMSGSIZE;
        case Kind::tls:
        case Kind::redirect:
        case Kind::protocol:
            return EPROTO;
        case Kind::local:
            break;
    }
    return EIO;
}

/// The service's word says more than its status: what a collection refuses is a 502 or 403, whatever the reason.
inline int code_of(ApiError const& error) {
    std::string_view const word = error.code();
    int const status = error.http_status();
    if (word.ends_with("NotFound")) return ENOENT;
    if (word.ends_with("Exists")) return EEXIST;
    if (word.ends_with("NotDirectory")) return ENOTDIR;
    if (word.ends_with("QuotaExceeded")) return EDQUOT;
    if (word.ends_with("Denied") || error.consent_required()) return EACCES;
    if (status == 401 || status == 403) return EACCES;
    if (status == 404 || status == 410) return ENOENT;
    if (status == 409 || status == 412) return EEXIST;
    if (status == 429 || status == 503) return EAGAIN;
    return status < 500 ? EINVAL : EIO;
}

inline globus_sdk_error describe(Error const& error) {
    globus_sdk_error made{.code = EIO, .outcome_unknown = error.outcome_unknown(), .message = error.what()};
    made.submission_id = submission_id(error);
    if (auto const* network = dynamic_cast<NetworkError const*>(&error)) made.code = code_of(*network);
    if (dynamic_cast<UsageError const*>(&error) != nullptr) made.code = EINVAL;
    if (dynamic_cast<DecodeError const*>(&error) != nullptr) made.code = EBADMSG;
    if (dynamic_cast<FileIntegrityError const*>(&error) != nullptr) made.code = EBADMSG;
    if (dynamic_cast<FileChangedError const*>(&error) != nullptr) made.code = ESTALE;
    if (auto const* local = dynamic_cast<LocalFileError const*>(&error)) made.code = local->code().value();
    auto const* api = dynamic_cast<ApiError const*>(&error);
    if (api == nullptr) return made;
    made.code = code_of(*api);
    made.http_status = api->http_status();
    made.word = api->code();
    made.request_id = api->request_id();
    for (std::string const& scope : api->required_scopes())
        made.required_scopes.append(made.required_scopes.empty() ? "" : " ").append(scope);
    return made;
}

/// Gives an error to a caller who wants it. @return its code
inline int give(globus_sdk_error made, globus_sdk_error** error) noexcept {
    int const code = made.code;
    if (error == nullptr) return code;
    *error = new (std::nothrow) globus_sdk_error(std::move(made));
    return *error != nullptr ? code : ENOMEM;
}

/// Calls `function`, from which no exception passes. @return 0, or the code of what it threw
template <class F>
int guarded(globus_sdk_error** error, F const& function) noexcept {
    if (error != nullptr) *error = nullptr;
    try {
        function();
        return 0;
    } catch (Returned const& end) {
        return end.value;
    } catch (Error const& thrown) {
        try {
            return give(describe(thrown), error);
        } catch (std::exception const&) {
            return ENOMEM;
        }
    } catch (std::bad_alloc const&) {
        return ENOMEM;
    } catch (std::exception const& other) {
        try {
            return give({.code = EIO, .message = one_line(other.what(), 4096)}, error);
        } catch (std::exception const&) {
            return ENOMEM;
        }
    }
}

/// @throws UsageError  for a null pointer
inline void require(void const* pointer, char const* what) {
    if (pointer == nullptr) throw UsageError(std::string(what) + " is a null pointer");
}

/// The text of a pointer that may be null.
inline std::string text_of(char const* text) { return text != nullptr ? text : ""; }

}  // namespace globus::facade::detail

extern "C" {

GLOBUS_SDK_API int globus_sdk_abi_version(void) { return GLOBUS_SDK_ABI; }
GLOBUS_SDK_API int globus_sdk_error_code(globus_sdk_error const* error) { return error != nullptr ? error->code : 0; }
GLOBUS_SDK_API char const* globus_sdk_error_message(globus_sdk_error const* error) {
    return error != nullptr ? error->message.c_str() : "";
}
GLOBUS_SDK_API int globus_sdk_error_http_status(globus_sdk_error const* error) {
    return error != nullptr ? error->http_status : 0;
}
GLOBUS_SDK_API char const* globus_sdk_error_word(globus_sdk_error const* error) {
    return error != nullptr ? error->word.c_str() : "";
}
GLOBUS_SDK_API char const* globus_sdk_error_request_id(globus_sdk_error const* error) {
    return error != nullptr ? error->request_id.c_str() : "";
}
GLOBUS_SDK_API char const* globus_sdk_error_submission_id(globus_sdk_error const* error) {
    return error != nullptr ? error->submission_id.c_str() : "";
}
GLOBUS_SDK_API char const* globus_sdk_error_required_scopes(globus_sdk_error const* error) {
    return error != nullptr ? error->required_scopes.c_str() : "";
}
GLOBUS_SDK_API int globus_sdk_error_outcome_unknown(globus_sdk_error const* error) {
    return error != nullptr && error->outcome_unknown ? 1 : 0;
}
GLOBUS_SDK_API void globus_sdk_error_free(globus_sdk_error* error) { delete error; }

}  // extern "C"

#endif  // GLOBUS_FACADE_IMPL_ERRORS_IPP
