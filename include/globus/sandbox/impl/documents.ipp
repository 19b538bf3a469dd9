// SPDX-License-Identifier: Apache-2.0
// The documents of one kind, which know what of them has changed.
#ifndef GLOBUS_SANDBOX_IMPL_DOCUMENTS_IPP
#define GLOBUS_SANDBOX_IMPL_DOCUMENTS_IPP

#include <globus/sandbox/impl/util.ipp>

#include <cstddef>
#include <list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::sandbox::detail {

/**
 * Documents by their identifiers, in the order in which they came. Each has a number that it keeps, and that none has
 * again: the position of its row in a database. Who walks over them only looks; who is to change one asks for it by its
 * identifier, which notes that it may have changed. So what a change costs to write does not grow with the documents.
 */
class Documents {
public:
    using Document = std::pair<std::string const, json::object>;
    using const_iterator = std::list<Document>::const_iterator;

    Documents() = default;
    ~Documents() = default;
    /// The copy has changed as a whole.
    Documents(Documents const& other) { *this = other; }
    Documents& operator=(Documents const& other) {
        if (this == &other) return *this;
        clear();
        for (auto const& [id, document] : other.list_) emplace_back(id, document);
        return *this;
    }

    [[nodiscard]] const_iterator begin() const { return list_.begin(); }
    [[nodiscard]] const_iterator end() const { return list_.end(); }
    [[nodiscard]] auto rbegin() const { return list_.rbegin(); }
    [[nodiscard]] auto rend() const { return list_.rend(); }
    [[nodiscard]] std::size_t size() const { return list_.size(); }
    [[nodiscard]] bool empty() const { return list_.empty(); }

    [[nodiscard]] json::object const* find(std::string const& id) const {
        auto const found = places_.find(id);
        return found != places_.end() ? &found->second.at->second : nullptr;
    }
    /// A document, to be changed.
    json::object* find(std::string const& id) {
        auto const found = places_.find(id);
        if (found == places_.end()) return nullptr;
        touch(found->second.position);
        return &found->second.at->second;
    }
    /// The first, to be changed; there is one.
    Document& front() {
        touch(places_.at(list_.front().first).position);
        return list_.front();
    }
    /// The last, to be changed; there is one.
    Document& back() {
        touch(places_.at(list_.back().first).position);
        return list_.back();
    }

    /// Those whose identifiers begin so, by identifier.
    [[nodiscard]] std::vector<Document const*> with_prefix(std::string_view prefix) const {
        std::vector<Document const*> out;
        for (auto one = places_.lower_bound(prefix); one != places_.end() && one->first.starts_with(prefix); ++one)
            out.push_back(&*one->second.at);
        return out;
    }

    /// Adds a document behind all others; one with the same identifier goes.
    Document& emplace_back(std::string const& id, json::object document) {
        return insert(next_, id, std::move(document));
    }

    bool erase(std::string const& id) {
        auto const found = places_.find(id);
        if (found == places_.end()) return false;
        touch(found->second.position);
        by_position_.erase(found->second.position);
        list_.erase(found->second.at);
        places_.erase(found);
        return true;
    }
    /// Removes the documents that a condition holds for.
    template <class Condition>
    void erase_if(Condition const& condition) {
        for (auto one = list_.begin(); one != list_.end();) {
            auto const next = std::next(one);
            if (condition(std::as_const(*one))) erase(std::string(one->first));
            one = next;
        }
    }

    // What a database has of them: see state/keep.ipp

    /// Takes a document from its row. Rows come in their order, and nothing has changed by that.
    void restore(std::size_t position, std::string const& id, json::object document) {
        insert(position, id, std::move(document));
        forget();
    }
    /// Calls `cut(position)` for each row to be removed, or `cut_all()`, and `put(position, document)` for each to be
    /// written.
    template <class CutAll, class Cut, class Put>
    void changes(CutAll const& cut_all, Cut const& cut, Put const& put) const {
        if (whole_) {
            cut_all();
            for (auto const& [position, one] : by_position_) put(position, *one);
            return;
        }
        for (auto const position : touched_) {
            if (auto const found = by_position_.find(position); found != by_position_.end())
                put(position, *found->second);
            else
                cut(position);
        }
    }
    /// What changed up to now is written.
    void forget() {
        whole_ = false;
        touched_.clear();
    }

private:
    struct Place {
        std::list<Document>::iterator at;
        std::size_t position;
    };

    void touch(std::size_t position) {
        if (!whole_) touched_.insert(position);
    }
    void clear() {
        list_.clear();
        places_.clear();
        by_position_.clear();
        touched_.clear();
        next_ = 0;
        whole_ = true;
    }
    Document& insert(std::size_t position, std::string const& id, json::object document) {
        erase(id);
        auto const at = list_.emplace(list_.end(), id, std::move(document));
        places_.emplace(id, Place{at, position});
        by_position_.emplace(position, at);
        next_ = position + 1;
        touch(position);
        return *at;
    }

    std::list<Document> list_;
    std::map<std::string, Place, std::less<>> places_;
    std::map<std::size_t, std::list<Document>::iterator> by_position_;
    std::set<std::size_t> touched_;
    std::size_t next_ = 0;
    bool whole_ = true;  ///< no row is known to be right: until forget() says that all are written
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_DOCUMENTS_IPP
