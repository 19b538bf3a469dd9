// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include "clock.hpp"

#include <cstdio>
#include <exception>

namespace conformance {

Report::Report(Options options, Json const& differences) : options_(std::move(options)) {
    for (Json const& entry : differences.as_array()) {
        std::string const reason = string_member(entry, "reason");
        Json const* cases = find(entry, "cases");
        if (reason.empty() || cases == nullptr || !cases->is_array())
            throw std::runtime_error("differences.json: an entry lacks its reason or its cases");
        for (Json const& pattern : cases->get_array()) differences_.push_back({text(pattern), reason});
    }
}

Report::Difference* Report::difference_of(std::string const& id) {
    for (Difference& difference : differences_)
        if (matches(difference.pattern, id)) return &difference;
    return nullptr;
}

void Report::check(std::string const& id, std::function<std::string()> const& check) {
    if (!matches(options_.only, id)) return;
    clock_at_recording();
    std::string words;
    try {
        words = check();
    } catch (Missing const& missing) {
        ++missing_;
        ++missing_parts_[missing.what()];
        if (options_.verbose) std::printf("missing %s: %s\n", id.c_str(), missing.what());
        return;
    } catch (std::exception const& error) {
        words = std::string("unexpected: ") + error.what();
    }
    for (char& c : words)
        if (c == '\n') c = ' ';
    Difference* const difference = difference_of(id);
    if (words.empty()) {
        ++passed_;
        return;
    }
    if (words.size() > 600) words = words.substr(0, 600) + "...";
    if (difference != nullptr) {
        ++different_;
        ++difference->differing;
        if (options_.verbose)
            std::printf("different %s: %s [%s]\n", id.c_str(), words.c_str(), difference->reason.c_str());
        return;
    }
    ++failed_;
    std::printf("FAILED %s: %s\n", id.c_str(), words.c_str());
}

bool Report::finish(bool whole_recording) {
    for (Difference const& difference : differences_)
        if (difference.differing == 0 && whole_recording) {
            ++failed_;
            std::printf("FAILED differences.json: no case differs that \"%s\" names; take it out\n",
                        difference.pattern.c_str());
        }
    if (options_.verbose)
        for (auto const& [part, count] : missing_parts_) std::printf("missing %s: %zu\n", part.c_str(), count);
    std::printf("%zu missing\n%zu different on purpose\n%zu passed, %zu failed\n", missing_, different_, passed_,
                failed_);
    if (whole_recording && missing_ != 0) std::printf("FAILED: of this recording no case may be missing\n");
    return failed_ == 0 && (missing_ == 0 || !whole_recording);
}

}  // namespace conformance
