// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_PAGING_HPP
#define GLOBUS_CLIENT_PAGING_HPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/http/url.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

namespace globus {

/// How the pages of an operation follow one another.
enum class PagingStyle : unsigned char {
    marker,           ///< `has_next_page`, and `marker` for the next request; a page without the former is the last
    nullable_marker,  ///< a marker until it is null
    last_key,         ///< `has_next_page`, and `last_key` for the next request
    has_next_page,    ///< limit and offset, until `has_next_page` is false
    total,            ///< limit and offset, until `total` is reached
    next_token,       ///< `next_token` until it is null
    next_link,        ///< JSON:API: the query of `links.next`
};
/// The name of its enumerator.
constexpr char const* to_string(PagingStyle style) noexcept {
    switch (style) {
        case PagingStyle::marker:
            return "marker";
        case PagingStyle::nullable_marker:
            return "nullable_marker";
        case PagingStyle::last_key:
            return "last_key";
        case PagingStyle::has_next_page:
            return "has_next_page";
        case PagingStyle::total:
            return "total";
        case PagingStyle::next_token:
            return "next_token";
        case PagingStyle::next_link:
            return "next_link";
    }
    return "unknown";
}

/**
 * An operation's paging: its member `static constexpr Paging paging`.
 *
 * `items` names the member of a page that lists its items (a described page names it by `T::items`, too), `marker` the one that holds the mark of the next page.
 */
struct Paging {
    PagingStyle style;             ///< how the next page is asked for
    std::string_view items;        ///< the list in a page
    std::string_view marker = {};  ///< the mark in a page, if its style has one
    std::int64_t page_size = 0;    ///< for limit and offset: the limit that is sent, if the caller sets none
    std::int64_t max_results = 0;  ///< the service does not go beyond this offset; 0: no such limit
};

/// `O` is an operation whose answers come in pages.
template <class O>
concept HasPages = requires { O::paging.style; };

namespace detail {

/// What a text says about a page: a mark, a number or a flag; nothing if it is not a `V`.
template <class V>
std::optional<V> said_by_text(std::string_view text) {
    if constexpr (std::same_as<V, bool>) {
        if (text == "true" || text == "True" || text == "1") return true;
        if (text == "false" || text == "False" || text == "0") return false;
    } else if constexpr (std::same_as<V, std::int64_t>) {
        std::int64_t number = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc() && end == text.data() + text.size()) return number;
    } else {
        if (text != "true" && text != "false") return std::string(text);
    }
    return std::nullopt;
}

/// A JSON value as `V`: a page may say by a flag, a number or a text that another one follows. Nothing if it is
/// something else, or null.
template <class V>
std::optional<V> json_member(Json const* value) {
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) {
        if constexpr (std::same_as<V, std::string>) return std::string(value->get_string());
        return said_by_text<V>(value->get_string());
    }
    if (value->is_bool() || value->is_int64() || value->is_uint64())
        return said_by_text<V>(boost::json::serialize(*value));
    if constexpr (std::same_as<V, std::int64_t>)
        if (std::int64_t number = 0; value->is_double() && store_real<std::int64_t>(&number, value->get_double()))
            return number;
    return std::nullopt;
}

/// The member of a page as `V`; nothing if it is absent or null.
template <class V, class Page>
std::optional<V> page_member(Response<Page> const& response, std::string_view name) {
    auto const& page = *response;
    std::optional<V> found;
    if constexpr (std::same_as<Page, Json>) {
        found = json_member<V>(page.is_object() ? page.as_object().if_contains(name) : nullptr);
    } else {
        Page::members::for_each(page, [&]<class M, class U>(M, U const& value) {
            if (wire_of<Page>(M::key).name != name) return;
            if constexpr (is_optional<U>) {
                if constexpr (std::same_as<typename U::value_type, V>) {
                    if (value.has_value()) found = *value;
                } else if constexpr (std::same_as<typename U::value_type, Json>) {
                    found = json_member<V>(value.has_value() ? &*value : nullptr);
                }
            } else if constexpr (std::same_as<U, V>) {
                found = value;
            }
        });
        if (std::string const* odd = response.odd_member(name); odd != nullptr) found = said_by_text<V>(*odd);
    }
    return found;
}

/// True if a page has its list of items, even an empty one.
template <class O>
bool has_items(Response<typename O::result> const& response) {
    if constexpr (std::same_as<typename O::result, Json>) {
        Json const& page = *response;
        auto const* value = page.is_object() ? page.as_object().if_contains(O::paging.items) : nullptr;
        return value != nullptr && value->is_array();
    } else {
        return response.has_list(O::paging.items);
    }
}

/// The list of items of a page that has it.
template <class O>
auto const& page_items(Response<typename O::result> const& response) {
    if constexpr (std::same_as<typename O::result, Json>)
        return response->as_object().at(O::paging.items).as_array();
    else
        return list_of(*response);
}

/// The number of items that a page came with, including those of another kind.
template <class O>
std::size_t items_sent(Response<typename O::result> const& response) {
    if constexpr (std::same_as<typename O::result, Json>)
        return page_items<O>(response).size();
    else
        return response.list_size(O::paging.items);
}

template <class O>
struct ItemOf {
    using type = boost::json::value;
};
template <class O>
    requires Listing<typename O::result>
struct ItemOf<O> {
    using type = typename ListOf<typename O::result>::value_type;
};

[[noreturn]] void refuse_page(std::string_view operation, std::size_t number, std::string const& what,
                              std::string const& body);

/// Sets the member `name` of an operation if it has one, or its query parameter.
template <class O, class V>
void set_parameter(O& operation, std::string_view name, V const& value) {
    bool set = false;
    O::members::for_each(operation, [&]<class M, class U>(M, U& member) {
        if (M::key != name) return;
        if constexpr (is_optional<U>) {
            if constexpr (std::same_as<typename U::value_type, V>) {
                member = value;
                set = true;
            }
        }
    });
    if (set) return;
    O::members::for_each(operation, [&]<class M, class U>(M, U& member) {
        if constexpr (std::same_as<U, QueryParams>) {
            std::erase_if(member, [&](auto const& pair) { return pair.first == name; });
            member.emplace_back(std::string(name), QueryValue(value));
        }
    });
}

/// The member `name` of an operation, if it is set.
template <class V, class O>
std::optional<V> parameter(O const& operation, std::string_view name) {
    std::optional<V> found;
    O::members::for_each(operation, [&]<class M, class U>(M, U const& member) {
        if constexpr (std::same_as<U, Optional<V>>)
            if (M::key == name && member.has_value()) found = *member;
    });
    return found;
}

/// The parameters of a query in their order, those of one name together.
QueryParams params_of(std::string_view query);

}  // namespace detail

/**
 * All pages of an operation, as a range of their items.
 *
 *     auto tasks = client.paginate(TaskList{.filter = "status:ACTIVE"});
 *     for (Task const& task : tasks) ...
 *
 *     for (Response<TaskListPage> const& page : client.paginate(TaskList{}).pages()) ...
 *
 * This is an input range: one walk, page by page, each page a call of its own with the client's retries. A call that
 * fails throws out of the loop and leaves the walk where it was: begin() on the same object goes on with the page that
 * failed, so that no item is lost or comes twice.
 *
 * The service says whether a page follows, but each page must advance the walk: a page with a mark that came before,
 * and the thousandth in a row without items, are errors. Marks, links and offsets never change where requests go.
 *
 * With limit and offset, an operation's own `limit` is the size of a page, not of the whole, and the walk begins at its
 * `offset`. It ends where the service does: search goes as far as offset 10,000, a list of tasks or endpoints as far as
 * 1,000, and the limit of the last page is cut to fit.
 *
 * The loop over items does not keep the text of typed pages; the one over pages does.
 *
 * @tparam C  the client; when it is destroyed, the walk ends at the next page with NetworkError (cancelled)
 * @tparam O  the operation
 *
 * @par Errors
 * Those of Client::send, and DecodeError for a page from which the walk cannot go on although it may not be the last:
 * without its list, without what its style needs (`has_next_page`, `total`), with more to come but no mark or no items,
 * or with a mark that came before. UsageError, before anything is sent, for a negative offset and for a limit below 1,
 * and for a range that was moved from.
 * @par Thread safety
 * Distinct objects: safe. Shared objects: unsafe, because walking changes them.
 */
template <class C, class O>
class Paginated {
    static_assert(
        requires { O::paging; }, "globus: this operation is not paginated; call it by its name or by `send`.");

public:
    using page_type = Response<typename O::result>;      ///< what `pages()` goes over
    using item_type = typename detail::ItemOf<O>::type;  ///< what the range goes over

    /// It sends nothing: begin() asks for the first page.
    /// @throws UsageError  for a negative offset, and a limit below 1
    Paginated(C const& client, O operation, CallOptions options)
        : client_(client), operation_(std::move(operation)), options_(std::move(options)) {
        keep_text_ = options_.keep_text;
        if constexpr (O::paging.style != PagingStyle::next_link) options_.keep_text = false;  // a link is read from it
        begin_walk();
    }

    /// An iterator over pages. Each is asked for when the iterator comes to it, and released when it moves on.
    class PageIterator {
    public:
        using value_type = page_type;
        using difference_type = std::ptrdiff_t;

        /// Begins where the walk is, and asks for that page if it is not there yet.
        explicit PageIterator(Paginated& walk) : walk_(&walk) { walk.ensure_page(); }
        [[nodiscard]] page_type const& operator*() const { return walk_->page(); }
        [[nodiscard]] page_type const* operator->() const { return &walk_->page(); }
        PageIterator& operator++() {
            walk_->next_page();
            walk_->ensure_page();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(std::default_sentinel_t) const { return !walk_->page_; }

    private:
        Paginated* walk_;
    };

    /// An iterator over items, which skips empty pages. An item is released when the iterator leaves its page.
    class ItemIterator {
    public:
        using value_type = item_type;
        using difference_type = std::ptrdiff_t;

        /// Begins where the walk is, and asks for its page if it is not there yet.
        explicit ItemIterator(Paginated& walk) : walk_(&walk) { walk.ensure_item(); }
        [[nodiscard]] item_type const& operator*() const { return detail::page_items<O>(walk_->page())[walk_->item_]; }
        [[nodiscard]] item_type const* operator->() const { return &**this; }
        ItemIterator& operator++() {
            ++walk_->item_;
            walk_->ensure_item();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(std::default_sentinel_t) const { return !walk_->page_; }

    private:
        Paginated* walk_;
    };

    /// The pages of a walk.
    class Pages {
    public:
        /// The pages of a walk, from where it is.
        explicit Pages(Paginated walk) : walk_(std::move(walk)) {}
        [[nodiscard]] PageIterator begin() { return PageIterator(walk_); }
        [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

    private:
        Paginated walk_;
    };

    /// The next item, the first at first; null after the last. It is valid until the next call. After an error the walk
    /// stays where it was: the next call tries again.
    [[nodiscard]] Result<item_type const*> try_next() {
        return Result<item_type const*>::from([&]() -> item_type const* {
            if (std::exchange(item_taken_, false)) ++item_;
            ensure_item();
            item_taken_ = page_.has_value();
            return item_taken_ ? &detail::page_items<O>(*page_)[item_] : nullptr;
        });
    }

    [[nodiscard]] ItemIterator begin() { return ItemIterator(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }
    /// The same walk, page by page.
    [[nodiscard]] Pages pages() const {
        Paginated walk = *this;
        walk.options_.keep_text = keep_text_;
        return Pages(std::move(walk));
    }

private:
    template <class, class>
    friend class AsyncPaginated;

    static constexpr bool by_offset =
        O::paging.style == PagingStyle::has_next_page || O::paging.style == PagingStyle::total;

    /// The parameter that takes the mark of a page.
    static constexpr std::string_view mark_parameter = O::paging.style == PagingStyle::last_key     ? "last_key"
                                                       : O::paging.style == PagingStyle::next_token ? "next_token"
                                                                                                    : "marker";
    /// How many pages without items may follow one another.
    static constexpr int most_empty_pages = 1000;
    /// The length limit of a mark: a request has no room for more.
    static constexpr std::size_t longest_mark = std::size_t{64} << 10;

    void begin_walk() {
        if constexpr (by_offset) {
            if constexpr (requires { operation_.normalized(); }) operation_ = operation_.normalized();
            offset_ = detail::parameter<std::int64_t>(operation_, "offset").value_or(0);
            auto const limit = detail::parameter<std::int64_t>(operation_, "limit");
            if (offset_ < 0) throw UsageError("a walk over pages cannot begin at a negative offset");
            if (limit && *limit < 1)
                throw UsageError("the limit of a walk is the size of a page: it must be at least 1");
            limit_ = limit.value_or(O::paging.page_size);
            set_limit();
        } else if constexpr (O::paging.style != PagingStyle::next_link) {
            if (auto const mark = detail::parameter<std::string>(operation_, mark_parameter))
                marks_.insert(hash(*mark));
        }
    }
    void set_limit() {
        std::int64_t limit = limit_;
        if (O::paging.max_results != 0) limit = std::min(limit, O::paging.max_results - offset_);
        if (limit > 0) detail::set_parameter(operation_, "limit", limit);
    }

    [[nodiscard]] page_type const& page() const {
        client_.check();
        if (!page_) throw UsageError("the walk is at its end, or an error ended it: there is nothing to read here");
        return *page_;
    }
    void ensure_page() {
        client_.check();
        if (page_ || ended_) return;
        take(client_.call(options_, [this](C const& client, CallOptions const& options) {
            return client.send(operation_, options);
        }));
    }
    /// Takes the page that was asked for. It changes nothing if it throws.
    void take(page_type page) {
        plan_next(page);
        page_.emplace(std::move(page));
        item_ = 0;
        ++number_;
    }
    void ensure_item() {
        ensure_page();
        while (page_ && item_ >= detail::page_items<O>(*page_).size()) {
            next_page();
            ensure_page();
        }
    }
    void next_page() { page_.reset(); }

    /// Reads from a page what the next request must be, or that there is none. It changes nothing if it throws.
    void plan_next(page_type const& response) {
        constexpr Paging paging = O::paging;
        if (!detail::has_items<O>(response)) refuse(response, "has no list '" + std::string(paging.items) + '\'');
        if constexpr (by_offset) {
            auto const items = static_cast<std::int64_t>(detail::items_sent<O>(response));
            std::int64_t const next = offset_ + std::min(items, std::numeric_limits<std::int64_t>::max() - offset_);
            bool more = false;
            if constexpr (paging.style == PagingStyle::total) {
                auto const total = detail::page_member<std::int64_t>(response, "total");
                if (!total) refuse(response, "has no 'total'");
                more = next < *total;
            } else {
                more = *says_more(response);
            }
            if (!more || (paging.max_results != 0 && next >= paging.max_results)) {
                ended_ = true;
                return;
            }
            if (next <= offset_) refuse(response, "has no items, but says that there are more");
            offset_ = next;
            detail::set_parameter(operation_, "offset", offset_);
            set_limit();
        } else if constexpr (paging.style == PagingStyle::next_link) {
            plan_by_link(response);
        } else {
            auto const mark = detail::page_member<std::string>(response, paging.marker).value_or("");
            if constexpr (paging.style == PagingStyle::marker || paging.style == PagingStyle::last_key) {
                ended_ = !says_more(response).value_or(false);
                if (!ended_ && mark.empty())
                    refuse(response, "says that a page follows, but has no '" + std::string(paging.marker) + '\'');
            } else {
                ended_ = mark.empty();
            }
            if (ended_) return;
            remember(response, mark);
            detail::set_parameter(operation_, mark_parameter, mark);
        }
    }
    /// What `has_next_page` says; nothing only if a style works without it.
    [[nodiscard]] std::optional<bool> says_more(page_type const& response) const {
        auto const more = detail::page_member<bool>(response, "has_next_page");
        if (!more && O::paging.style != PagingStyle::marker) refuse(response, "has no 'has_next_page'");
        return more;
    }
    [[nodiscard]] static std::size_t hash(std::string_view mark) { return std::hash<std::string_view>{}(mark); }
    /// Notes the mark of the next page, which must advance the walk.
    void remember(page_type const& response, std::string_view mark) {
        if (mark.size() > longest_mark) refuse(response, "has a mark of more than 64 KiB for the next");
        if (marks_.contains(hash(mark))) refuse(response, "leads back to a page before, by a mark that came already");
        if (detail::items_sent<O>(response) != 0) {
            empty_pages_ = 0;
        } else if (++empty_pages_ == most_empty_pages) {
            empty_pages_ = 0;  // whoever begins again gets the same patience
            refuse(response, "is the last of 1,000 in a row without items, and says that there are more");
        }
        marks_.insert(hash(mark));
    }
    [[noreturn]] void refuse(page_type const& response, std::string const& what) const {
        detail::refuse_page(O::struct_name, number_ + 1, what, response.text());
    }
    void plan_by_link(page_type const& response) {
        Json const& document = response.json();
        auto const* links = document.is_object() ? document.as_object().if_contains("links") : nullptr;
        auto const* next = links != nullptr && links->is_object() ? links->as_object().if_contains("next") : nullptr;
        if (next != nullptr && !next->is_null() && !next->is_string())
            refuse(response, "has a link to the next page that is not a text");
        if (next == nullptr || next->is_null() || next->as_string().empty()) {
            ended_ = true;
            return;
        }
        std::string_view const link = next->as_string();
        remember(response, link);
        if constexpr (requires { operation_.query_params; })
            operation_.query_params = detail::params_of(http::split_reference(link).query.value_or(std::string_view{}));
    }

    detail::ClientOfRange<C> client_;
    O operation_;
    CallOptions options_;
    bool keep_text_ = true;
    std::optional<page_type> page_;
    std::size_t item_ = 0;
    bool item_taken_ = false;                ///< by try_next
    std::size_t number_ = 0;                 ///< of the last page that was read, from 1
    std::int64_t offset_ = 0;                ///< of the next page
    std::int64_t limit_ = 0;                 ///< items of a page
    std::unordered_set<std::size_t> marks_;  ///< hashes of those that came
    int empty_pages_ = 0;                    ///< in a row
    bool ended_ = false;
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/client/impl/paging.ipp>
#endif

#endif  // GLOBUS_CLIENT_PAGING_HPP
