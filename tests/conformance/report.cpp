// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include "clock.hpp"

#include <globus/core/error.hpp>

#include <cstdio>
#include <exception>

namespace conformance {

Report::Report(Options options, Json const& differences) : options_(std::move(options)) {
    for (Json const& entry : differences.as_array()) {
        std::string const reason = string_member(entry, "reason");
        std::string const rule = string_member(entry, "rule");
        Json const* cases = find(entry, "cases");
        if (reason.empty() || (rule.empty() && cases == nullptr))
            throw std::runtime_error("differences.json: an entry lacks its reason, or its rule and its cases");
        if (!rule.empty()) rules_[rule] = reason;
        if (cases == nullptr) continue;
        for (Json const& id : cases->as_array())
            if (!differences_.emplace(text(id), Difference{reason}).second)
                throw std::runtime_error("differences.json: the case " + text(id) + " has two reasons");
    }
}

void Report::fail(std::string const& id, std::string const& words) {
    ++failed_;
    std::printf("FAILED %s: %s\n", id.c_str(), words.c_str());
}

void Report::check(std::string const& id, std::function<std::string()> const& check) {
    if (!matches(options_.only, id)) return;
    clock_at_recording();
    comparing().of_case = {};
    std::string words;
    bool by_rule = false, unexpected = false;
    try {
        words = check();
        by_rule = words.empty();
    } catch (Missing const& missing) {
        ++missing_;
        ++missing_parts_[missing.what()];
        if (options_.verbose) std::printf("missing %s: %s\n", id.c_str(), missing.what());
        return;
    } catch (OnPurpose const& different) {
        words = different.what();
        on_purpose(different.rule());
        by_rule = true;
    } catch (globus::Error const& error) {
        words = error.what();
    } catch (std::exception const& error) {
        words = std::string("unexpected: ") + error.what();
        unexpected = true;
    }
    for (char& c : words)
        if (c == '\n') c = ' ';
    if (words.size() > 600) words = words.substr(0, 600) + "...";

    auto const& rules = comparing().of_case.rules;
    std::string reason;
    if (by_rule && rules.empty()) {
        ++passed_;
        return;
    }
    auto const difference = differences_.find(id);
    if (difference != differences_.end()) ++difference->second.differing;
    if (by_rule) {
        auto const rule = rules_.find(*rules.begin());
        if (rule == rules_.end()) return fail(id, "differences.json has no reason for the rule " + *rules.begin());
        reason = rule->second;
    } else {
        if (unexpected || difference == differences_.end()) return fail(id, words);
        reason = difference->second.reason;
    }
    ++different_;
    if (options_.verbose) std::printf("different %s: %s [%s]\n", id.c_str(), words.c_str(), reason.c_str());
}

bool Report::finish(bool whole_recording) {
    if (whole_recording)
        for (auto const& [id, difference] : differences_)
            if (difference.differing == 0) fail("differences.json", id + " is not different any more: take it out");
    if (options_.verbose)
        for (auto const& [part, count] : missing_parts_) std::printf("missing %s: %zu\n", part.c_str(), count);
    std::printf("%zu missing\n%zu different on purpose\n%zu passed, %zu failed\n", missing_, different_, passed_,
                failed_);
    if (whole_recording && missing_ != 0) std::printf("FAILED: of this recording no case may be missing\n");
    return failed_ == 0 && (missing_ == 0 || !whole_recording);
}

}  // namespace conformance
