// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_CONFORMANCE_REPORT_HPP
#define GLOBUS_TESTS_CONFORMANCE_REPORT_HPP

#include "recording.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace conformance {

/// Counts what passed, what failed, what differs on purpose, and what the library has no part for. A case differs on
/// purpose that differences.json names, or that `on_purpose` was called for and that differs nowhere else.
class Report {
public:
    struct Options {
        bool verbose = false;
        std::string only = "*";  ///< glob of case ids
        std::filesystem::path cases = {};
    };

    Report(Options options, Json const& differences);

    /// Runs a case if it is asked for. `check` says how it differs from the recording; it may throw Missing.
    void check(std::string const& id, std::function<std::string()> const& check);

    /// Prints the counts; true if nothing failed, and of a whole recording nothing is missing.
    [[nodiscard]] bool finish(bool whole_recording);

    [[nodiscard]] Options const& options() const noexcept { return options_; }

private:
    struct Difference {
        std::string reason;
        std::size_t differing = 0;
    };
    void fail(std::string const& id, std::string const& words);

    Options options_;
    std::map<std::string, Difference> differences_;  ///< by case
    std::map<std::string, std::string> rules_;       ///< the reasons of on_purpose()
    std::size_t passed_ = 0, failed_ = 0, missing_ = 0, different_ = 0;
    std::map<std::string, std::size_t> missing_parts_;
};

}  // namespace conformance

#endif  // GLOBUS_TESTS_CONFORMANCE_REPORT_HPP
