// SPDX-License-Identifier: Apache-2.0
// What a search asks for: words, the advanced language, filters, facets, orders. [doc] docs.globus.org/api/search/query
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_QUERY_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_QUERY_IPP

#include <globus/sandbox/impl/services/search_words.ipp>

#include <cmath>
#include <functional>

namespace globus::sandbox::detail {

// Values of a document ------------------------------------------------------------------------------------------------

inline std::string text_of_value(json::value const& value) {
    return value.is_string() ? to_string(value.get_string()) : json::serialize(value);
}

/// Calls `f` with each value below `value` that is no list and no object, and with the field it is at, as a query
/// writes it: a dot in a name has a backslash before it.
template <class F>
void each_value(json::value const& value, std::string const& field, F const& f) {
    if (auto const* list = value.if_array()) {
        for (auto const& one : *list) each_value(one, field, f);
    } else if (auto const* object = value.if_object()) {
        for (auto const& item : *object) {
            std::string below = field.empty() ? "" : field + ".";
            for (char const c : item.key()) below += c == '.' ? std::string("\\.") : std::string(1, c);
            each_value(item.value(), below, f);
        }
    } else {
        f(value, field);
    }
}

/// The values at a dotted path, through lists.
inline void find_values(json::value const& value, std::string_view path, std::vector<json::value const*>& out) {
    if (auto const* list = value.if_array()) {
        for (auto const& one : *list) find_values(one, path, out);
        return;
    }
    if (path.empty()) return out.push_back(&value);
    auto const* object = value.if_object();
    if (object == nullptr) return;
    // A name may have a dot in it that is written `\.`
    std::string name;
    std::size_t i = 0;
    for (; i < path.size() && path[i] != '.'; ++i) {
        if (path[i] == '\\' && i + 1 < path.size()) ++i;
        name += path[i];
    }
    if (auto const* found = object->if_contains(name))
        find_values(*found, i < path.size() ? path.substr(i + 1) : std::string_view(), out);
}

inline std::vector<json::value const*> values_at(json::value const& content, std::string_view path) {
    std::vector<json::value const*> out;
    find_values(content, path, out);
    return out;
}

// Queries -------------------------------------------------------------------------------------------------------------

/// An entry that a query looks at; the number is that of its texts in the table of words.
struct Candidate {
    std::size_t number;
    json::value const& content;
};

/// Something that an entry is, or is not.
using Condition = std::function<bool(Candidate const&)>;

/// Thrown for a query that means nothing.
struct WrongQuery {
    std::string what;
};

/// The pieces of a query: words, phrases in quotes with the quotes, brackets.
inline std::vector<std::string> query_pieces(std::string const& text) {
    std::vector<std::string> out;
    std::string word;
    bool quoted = false;
    int brackets = 0;
    auto const end = [&] {
        if (!word.empty()) out.push_back(std::exchange(word, {}));
    };
    for (char const c : text) {
        if (c == '"') quoted = !quoted;
        if (c == '[' || c == '{') ++brackets;
        if (c == ']' || c == '}') --brackets;
        if (!quoted && brackets == 0 && (c == ' ' || c == '\t' || c == '\n')) {
            end();
        } else if (!quoted && brackets == 0 && (c == '(' || c == ')')) {
            end();
            out.emplace_back(1, c);
        } else {
            word += c;
        }
    }
    end();
    return out;
}

/// What is asked of the table of words, and how well each entry fits. [doc] a boost makes the matches at a field count
/// more
class WordQuery {
public:
    WordQuery(SearchWords const& words, json::value const* boosts) : words_(words), boosts_(boosts) {}

    /// Whether a phrase is somewhere, or at a field. The last character `*` stands for the rest of a word.
    Condition phrase(std::string text, std::optional<std::string> const& field = {}) {
        std::erase(text, '"');
        bool const prefix = text.ends_with('*');
        if (prefix) text.pop_back();
        auto const found = std::make_shared<std::map<std::size_t, double> const>(words_.find(text, prefix, field));
        for (auto const& [number, rank] : *found) score_[number] += rank;
        if (boosts_ != nullptr && boosts_->is_array())
            for (auto const& boost : boosts_->get_array())
                for (auto const& [number, rank] : words_.find(text, prefix, text_of(boost, "field_name")))
                    if (found->contains(number)) score_[number] += rank * (number_of(boost, "factor", 1) - 1);
        return [found](Candidate const& entry) { return found->contains(entry.number); };
    }

    /// The greater the better.
    [[nodiscard]] double score(std::size_t number) const {
        auto const found = score_.find(number);
        return found == score_.end() ? 0 : found->second;
    }

private:
    SearchWords const& words_;
    json::value const* boosts_;
    std::map<std::size_t, double> score_;
};

inline Condition negated(Condition const& inner) {
    return [inner](Candidate const& entry) { return !inner(entry); };
}

/// The simple language: all words must be there, phrases in quotes as they are, and `-word` must not.
inline Condition simple_query(std::string const& text, WordQuery& words) {
    std::vector<Condition> parts;
    for (auto const& piece : query_pieces(text)) {
        if (piece == "(" || piece == ")" || piece == "*") continue;
        parts.push_back(piece[0] == '-' ? negated(words.phrase(piece.substr(1))) : words.phrase(piece));
    }
    return [parts](Candidate const& entry) {
        return std::all_of(parts.begin(), parts.end(), [&](Condition const& one) { return one(entry); });
    };
}

/// Negative, zero or positive; numbers are compared as numbers.
inline int compare_values(json::value const& a, json::value const& b) {
    auto const left = number_of(a);
    auto const right = number_of(b);
    if (left && right) return *left < *right ? -1 : *left > *right ? 1 : 0;
    return text_of_value(a).compare(text_of_value(b));
}

inline json::value value_from_text(std::string const& text) {
    boost::system::error_code failed;
    json::value const parsed = json::parse(text, failed);
    return !failed && (parsed.is_number() || parsed.is_bool()) ? parsed : json::value(text);
}

/// The advanced language: field:value, AND, OR, NOT, brackets, [a TO b].
class AdvancedQuery {
public:
    AdvancedQuery(std::string const& text, WordQuery& words) : pieces_(query_pieces(text)), words_(words) {}

    Condition read() {
        if (pieces_.empty()) return [](Candidate const&) { return true; };
        Condition all = either();
        if (at_ != pieces_.size()) throw WrongQuery{"The query ends too early"};
        return all;
    }

private:
    bool next(std::string_view word) {
        if (at_ >= pieces_.size() || pieces_[at_] != word) return false;
        ++at_;
        return true;
    }

    Condition either() {
        Condition left = both();
        while (next("OR") || next("||")) {
            Condition const right = both();
            left = [left, right](Candidate const& entry) { return left(entry) || right(entry); };
        }
        return left;
    }

    Condition both() {
        Condition left = one();
        while (at_ < pieces_.size() && pieces_[at_] != "OR" && pieces_[at_] != "||" && pieces_[at_] != ")") {
            (void)(next("AND") || next("&&"));
            Condition const right = one();
            left = [left, right](Candidate const& entry) { return left(entry) && right(entry); };
        }
        return left;
    }

    Condition one() {
        if (depth_ > 64 || at_ >= pieces_.size()) throw WrongQuery{"The query ends too early"};
        if (next("NOT") || next("!")) return negated(one());
        if (next("(")) {
            ++depth_;
            Condition inner = either();
            --depth_;
            if (!next(")")) throw WrongQuery{"A bracket is not closed"};
            return inner;
        }
        std::string piece = pieces_[at_++];
        if (piece[0] == '-') return negated(term(piece.substr(1)));
        return term(piece[0] == '+' ? piece.substr(1) : piece);
    }

    Condition term(std::string const& piece) {
        if (piece == "*" || piece == "*:*") return [](Candidate const&) { return true; };
        auto const colon = piece[0] == '"' ? std::string::npos : piece.find(':');
        if (colon == std::string::npos || colon == 0) return words_.phrase(piece);
        std::string const field = piece.substr(0, colon);
        std::string value = piece.substr(colon + 1);
        if (value.empty() && next("(")) {
            // field:(a b) is the words at the field
            while (at_ < pieces_.size() && pieces_[at_] != ")") value += pieces_[at_++] + " ";
            (void)next(")");
        }
        return at_field(field, value);
    }

    Condition at_field(std::string const& field, std::string const& value) {
        if (!value.empty() && (value[0] == '[' || value[0] == '{')) return between(field, value);
        if (value == "*") return [field](Candidate const& entry) { return !values_at(entry.content, field).empty(); };
        return words_.phrase(value, field == "subject" ? std::string() : field);
    }

    static Condition between(std::string const& field, std::string const& range) {
        auto const to = range.find(" TO ");
        if (to == std::string::npos) throw WrongQuery{"A range is written [a TO b]"};
        std::string const low = trim(range.substr(1, to - 1));
        std::string const high = trim(range.substr(to + 4, range.size() - to - 5));
        bool const open_low = range[0] == '{';
        bool const open_high = range.back() == '}';
        return [=](Candidate const& entry) {
            for (auto const* found : values_at(entry.content, field)) {
                int const above = low == "*" ? 1 : compare_values(*found, value_from_text(low));
                int const below = high == "*" ? -1 : compare_values(*found, value_from_text(high));
                if ((open_low ? above > 0 : above >= 0) && (open_high ? below < 0 : below <= 0)) return true;
            }
            return false;
        };
    }

    std::vector<std::string> pieces_;
    WordQuery& words_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

// Filters -------------------------------------------------------------------------------------------------------------

inline Condition read_filter(json::value const& filter, int depth = 0);

/// All, or any, of a list of filters.
inline Condition joined_filters(json::value const& filter, bool all, int depth) {
    std::vector<Condition> inner;
    if (auto const* list = member(filter, "filters"); list != nullptr && list->is_array())
        for (auto const& one : list->get_array()) inner.push_back(read_filter(one, depth + 1));
    return [inner, all](Candidate const& entry) {
        auto const fits = [&](Condition const& one) { return one(entry); };
        return all ? std::all_of(inner.begin(), inner.end(), fits) : std::any_of(inner.begin(), inner.end(), fits);
    };
}

inline Condition range_filter(std::string const& field, json::value const& filter) {
    std::vector<json::object> ranges;
    if (auto const* values = member(filter, "values"); values != nullptr && values->is_array())
        for (auto const& one : values->get_array())
            if (one.is_object()) ranges.push_back(one.get_object());
    return [field, ranges](Candidate const& entry) {
        for (auto const* found : values_at(entry.content, field))
            for (auto const& range : ranges) {
                auto const limit = [&](char const* name) {
                    auto const* value = range.if_contains(name);
                    return value == nullptr || *value == json::value("*") ? nullptr : value;
                };
                auto const* from = limit("from");
                auto const* to = limit("to");
                if ((from == nullptr || compare_values(*found, *from) >= 0) &&
                    (to == nullptr || compare_values(*found, *to) <= 0))
                    return true;
            }
        return false;
    };
}

/// match_all, match_any: the values of the field against those of the filter; a text as a whole, or a word of it.
inline Condition match_filter(std::string const& field, json::value const& filter, bool all, bool pattern) {
    std::vector<json::value> wanted;
    if (auto const* values = member(filter, "values"); values != nullptr && values->is_array())
        wanted.assign(values->get_array().begin(), values->get_array().end());
    else if (auto const* value = member(filter, "value"))
        wanted.push_back(*value);
    return [=](Candidate const& entry) {
        auto const have = values_at(entry.content, field);
        auto const is_there = [&](json::value const& one) {
            return std::any_of(have.begin(), have.end(), [&](json::value const* found) {
                if (pattern) return glob(lower(text_of_value(one)), lower(text_of_value(*found)));
                return compare_values(*found, one) == 0 || same_name(text_of_value(*found), text_of_value(one));
            });
        };
        return all ? std::all_of(wanted.begin(), wanted.end(), is_there)
                   : std::any_of(wanted.begin(), wanted.end(), is_there);
    };
}

inline Condition read_filter(json::value const& filter, int depth) {
    if (depth > 32) throw WrongQuery{"filters are too deep"};
    std::string const type = text_of(filter, "type");
    std::string const field = text_of(filter, "field_name");
    if (type == "and" || type == "or") return joined_filters(filter, type == "and", depth);
    if (type == "not") {
        auto const* inner = member(filter, "filter");
        if (inner == nullptr) throw WrongQuery{"A filter of type not needs `filter`"};
        return negated(read_filter(*inner, depth + 1));
    }
    if (field.empty()) throw WrongQuery{"field_name is missing"};
    if (type == "exists")
        return [field](Candidate const& entry) {
            auto const found = values_at(entry.content, field);
            return std::any_of(found.begin(), found.end(), [](auto const* one) { return !one->is_null(); });
        };
    if (type == "range") return range_filter(field, filter);
    if (type == "match_all" || type == "match_any" || type == "like")
        return match_filter(field, filter, type == "match_all", type == "like");
    throw WrongQuery{"Unknown type of filter: " + type};
}

/// The whole of a query document: its words and its filters.
inline Condition read_query(std::string const& text, bool advanced, json::value const* filters, WordQuery& words) {
    std::vector<Condition> parts;
    if (!text.empty() && text != "*")
        parts.push_back(advanced ? AdvancedQuery(text, words).read() : simple_query(text, words));
    if (filters != nullptr) {
        if (!filters->is_array()) throw WrongQuery{"filters is a list"};
        for (auto const& one : filters->get_array()) parts.push_back(read_filter(one));
    }
    return [parts](Candidate const& entry) {
        return std::all_of(parts.begin(), parts.end(), [&](Condition const& one) { return one(entry); });
    };
}

// Facets --------------------------------------------------------------------------------------------------------------

inline json::object bucket(json::value value, std::int64_t count) {
    return {{"@datatype", "GBucket"}, {"@version", "2017-09-01"}, {"value", std::move(value)}, {"count", count}};
}

/// [doc] terms: the values and how often each is there, the most frequent first
inline json::array term_buckets(std::vector<json::value const*> const& values, std::size_t size) {
    std::vector<std::pair<json::value, std::int64_t>> counts;
    for (auto const* value : values) {
        auto const same = [&](auto const& one) { return one.first == *value; };
        auto const found = std::find_if(counts.begin(), counts.end(), same);
        if (found == counts.end())
            counts.emplace_back(*value, 1);
        else
            ++found->second;
    }
    sort_stably(counts, [](auto const& a, auto const& b) {
        return a.second != b.second ? a.second > b.second : compare_values(a.first, b.first) < 0;
    });
    json::array out;
    for (std::size_t i = 0; i < counts.size() && i < size; ++i)
        out.push_back(bucket(counts[i].first, counts[i].second));
    return out;
}

/// [doc] numeric_histogram: `size` buckets of equal width between low and high
inline json::array histogram_buckets(json::value const& facet, std::vector<json::value const*> const& values) {
    auto const* range = member(facet, "histogram_range");
    if (range == nullptr) throw WrongQuery{"histogram_range is missing"};
    double const low = number_of(*range, "low", 0);
    double const high = number_of(*range, "high", 0);
    auto const size = std::clamp<std::int64_t>(static_cast<std::int64_t>(number_of(facet, "size", 10)), 1, 1000);
    if (!(high > low)) throw WrongQuery{"histogram_range needs low below high"};
    std::vector<std::int64_t> counts(static_cast<std::size_t>(size));
    double const width = (high - low) / static_cast<double>(size);
    for (auto const* value : values)
        if (auto const number = number_of(*value); number && *number >= low && *number <= high) {
            auto const index =
                std::min<std::size_t>(counts.size() - 1, static_cast<std::size_t>(std::floor((*number - low) / width)));
            ++counts[index];
        }
    json::array out;
    for (std::size_t i = 0; i < counts.size(); ++i)
        out.push_back(bucket(json::object{{"from", low + width * static_cast<double>(i)},
                                          {"to", low + width * static_cast<double>(i + 1)}},
                             counts[i]));
    return out;
}

/// [doc] date_histogram: a bucket for each year, month, day, ... that is there
inline json::array date_buckets(json::value const& facet, std::vector<json::value const*> const& values) {
    std::string const interval = text_of(facet, "date_interval", "month");
    std::size_t const length = interval == "year" ? 4 : interval == "day" ? 10 : interval == "hour" ? 13 : 7;
    std::map<std::string, std::int64_t> counts;
    for (auto const* value : values) ++counts[text_of_value(*value).substr(0, length)];
    json::array out;
    for (auto const& [date, count] : counts) out.push_back(bucket(json::value(date), count));
    return out;
}

/// What a facet says of all entries that were found.
inline json::object facet_result(json::value const& facet, std::vector<json::value> const& contents) {
    std::string const type = text_of(facet, "type");
    std::string const field = text_of(facet, "field_name");
    if (field.empty()) throw WrongQuery{"field_name of a facet is missing"};
    std::vector<json::value const*> values;
    for (auto const& content : contents)
        for (auto const* value : values_at(content, field)) values.push_back(value);
    json::object out{
        {"@datatype", "GFacetResult"}, {"@version", "2017-09-01"}, {"name", text_of(facet, "name", field)}};
    if (type == "terms") {
        out["buckets"] = term_buckets(values, static_cast<std::size_t>(std::max(1.0, number_of(facet, "size", 10))));
    } else if (type == "numeric_histogram") {
        out["buckets"] = histogram_buckets(facet, values);
    } else if (type == "date_histogram") {
        out["buckets"] = date_buckets(facet, values);
    } else if (type == "sum" || type == "avg") {
        double sum = 0;
        std::int64_t count = 0;
        for (auto const* value : values)
            if (auto const number = number_of(*value)) {
                sum += *number;
                ++count;
            }
        out["value"] = type == "sum" ? sum
                       : count == 0  ? number_of(facet, "missing", 0)
                                     : sum / static_cast<double>(count);
    } else {
        throw WrongQuery{"Unknown type of facet: " + type};
    }
    return out;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_SEARCH_QUERY_IPP
