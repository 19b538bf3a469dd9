// SPDX-License-Identifier: Apache-2.0
// Records by their names, which know what may have changed.
#ifndef GLOBUS_SANDBOX_IMPL_TABLE_IPP
#define GLOBUS_SANDBOX_IMPL_TABLE_IPP

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace globus::sandbox::detail {

/**
 * A std::map that, once it is watched, notes which records may have changed: all that were asked for with the right to
 * change them. Who only looks uses peek(), all(), or a constant.
 */
template <class Record>
class Table {
public:
    using Map = std::map<std::string, Record>;
    using iterator = typename Map::iterator;
    using const_iterator = typename Map::const_iterator;

    Table() = default;
    ~Table() = default;
    /// The copy is not watched.
    Table(Table const& other) : all_(other.all_) {}
    /// Each record of before and after may have changed.
    Table& operator=(Table const& other) {
        if (this == &other) return *this;
        touch_all();
        all_ = other.all_;
        touch_all();
        return *this;
    }

    Record& operator[](std::string const& name) {
        touch(name);
        return all_[name];
    }
    Record& at(std::string const& name) {
        touch(name);
        return all_.at(name);
    }
    /// A record that is only looked at.
    Record const& peek(std::string const& name) const { return all_.at(name); }
    /// All records, only to be looked at.
    Map const& all() const { return all_; }
    iterator find(std::string const& name) {
        auto const found = all_.find(name);
        if (found != all_.end()) touch(name);
        return found;
    }
    const_iterator find(std::string const& name) const { return all_.find(name); }
    [[nodiscard]] bool contains(std::string const& name) const { return all_.contains(name); }
    [[nodiscard]] std::size_t size() const { return all_.size(); }
    [[nodiscard]] bool empty() const { return all_.empty(); }

    iterator begin() {
        touch_all();
        return all_.begin();
    }
    iterator end() { return all_.end(); }
    const_iterator begin() const { return all_.begin(); }
    const_iterator end() const { return all_.end(); }

    void erase(std::string const& name) {
        touch(name);
        all_.erase(name);
    }
    /// Removes the records that a condition holds for.
    template <class Condition>
    void erase_if(Condition const& condition) {
        std::erase_if(all_, [&](auto const& one) {
            bool const gone = condition(one.second);
            if (gone) touch(one.first);
            return gone;
        });
    }
    /// Changes the records that a condition holds for, and touches no others.
    template <class Condition, class Action>
    void change_if(Condition const& condition, Action const& action) {
        for (auto& [name, record] : all_) {
            if (!condition(std::as_const(record))) continue;
            touch(name);
            action(record);
        }
    }

    /// From now on changes are noted; what is there counts as changed.
    void watch() {
        watched_ = true;
        touch_all();
    }
    /// The names of what may have changed since forget().
    [[nodiscard]] std::set<std::string> const& touched() const { return touched_; }
    void forget() {
        if constexpr (requires(Record& record) { record.forget(); })
            for (auto const& name : touched_)
                if (auto const found = all_.find(name); found != all_.end()) found->second.forget();
        touched_.clear();
    }

private:
    void touch(std::string const& name) {
        if (watched_) touched_.insert(name);
    }
    void touch_all() {
        if (watched_)
            for (auto const& one : all_) touched_.insert(one.first);
    }

    Map all_;
    std::set<std::string> touched_;
    bool watched_ = false;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_TABLE_IPP
