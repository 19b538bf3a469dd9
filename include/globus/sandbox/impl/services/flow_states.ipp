// SPDX-License-Identifier: Apache-2.0
// The language of flow definitions: whether a definition is one, references, choices, expressions.
// [doc] docs.globus.org/api/flows/authoring-flows
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_STATES_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_STATES_IPP

#include <globus/sandbox/impl/services/json_schema.ipp>

namespace globus::sandbox::detail {

/// Thrown when a state cannot do what it is to do; the run fails with it.
struct FlowFault {
    std::string code;
    std::string cause;
};

// Definitions ---------------------------------------------------------------------------------------------------------

struct DefinitionFault {
    json::array where;
    std::string what;
};

/// What is wrong with a state.
inline void check_state(std::string const& name, json::value const& state, json::object const& states,
                        std::vector<DefinitionFault>& out) {
    static std::set<std::string> const types{"Action", "Choice", "ExpressionEval", "Fail", "Pass", "Wait", "Succeed"};
    auto const wrong = [&](std::string what) {
        out.push_back({json::array{"definition", "States", json::value(name)}, std::move(what)});
    };
    std::string const type = text_of(state, "Type");
    if (!types.contains(type)) return wrong("There is no type of state '" + type + "'");
    auto const goes_to = [&](std::string const& next) {
        if (!states.contains(next)) wrong("The next state '" + next + "' does not exist");
    };
    if (type == "Choice") {
        auto const* choices = member(state, "Choices");
        if (choices == nullptr || !choices->is_array() || choices->get_array().empty())
            return wrong("A state of type 'Choice' needs 'Choices'");
        for (auto const& one : choices->get_array()) goes_to(text_of(one, "Next"));
        if (auto const other = text_of(state, "Default"); !other.empty()) goes_to(other);
        return;
    }
    if (type == "Fail" || type == "Succeed") return;
    std::string const next = text_of(state, "Next");
    if (flag_of(state, "End") == !next.empty())  // [recorded] the text
        wrong("A state of type '" + type +
              "' must be defined as either terminal (\"End\": true) or transitional (\"Next\": \"NextStateId\")");
    else if (!next.empty())
        goes_to(next);
    if (type == "Action" && text_of(state, "ActionUrl").empty()) wrong("A state of type 'Action' needs an 'ActionUrl'");
    if (type == "Wait") {
        int ways = 0;
        for (auto const* one : {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"})
            ways += member(state, one) != nullptr ? 1 : 0;
        if (ways != 1) wrong("A state of type 'Wait' needs one of Seconds, SecondsPath, Timestamp and TimestampPath");
    }
}

inline std::vector<DefinitionFault> check_definition(json::value const& definition) {
    std::vector<DefinitionFault> out;
    auto const* states = member(definition, "States");
    if (states == nullptr || !states->is_object() || states->get_object().empty()) {
        out.push_back({json::array{"definition", "States"}, "A definition needs states"});
        return out;
    }
    std::string const start = text_of(definition, "StartAt");
    if (!states->get_object().contains(start))
        out.push_back({json::array{"definition", "StartAt"}, "The first state '" + start + "' does not exist"});
    for (auto const& item : states->get_object())
        check_state(std::string(item.key()), item.value(), states->get_object(), out);
    return out;
}

// References ----------------------------------------------------------------------------------------------------------

/// The steps of `$.a.b[0]`; nothing for what is no reference.
inline std::optional<std::vector<std::string>> reference_steps(std::string_view path) {
    if (path.empty() || path[0] != '$') return std::nullopt;
    std::vector<std::string> out;
    std::string step;
    auto const end = [&] {
        if (!step.empty()) out.push_back(std::exchange(step, {}));
    };
    for (char const c : path.substr(1)) {
        if (c == '.' || c == '[' || c == ']')
            end();
        else if (c != '\'' && c != '"')
            step += c;
    }
    end();
    return out;
}

inline json::value const* find_reference(json::value const& context, std::string_view path) {
    auto const steps = reference_steps(path);
    if (!steps) return nullptr;
    json::value const* at = &context;
    for (auto const& step : *steps) {
        if (auto const* list = at->if_array()) {
            auto const index = to_integer(step);
            if (!index || *index < 0 || *index >= static_cast<std::int64_t>(list->size())) return nullptr;
            at = &(*list)[static_cast<std::size_t>(*index)];
        } else if ((at = member(*at, step)) == nullptr) {
            return nullptr;
        }
    }
    return at;
}

inline json::value reference(json::value const& context, std::string_view path) {
    auto const* found = find_reference(context, path);
    if (found == nullptr) throw FlowFault{"InvalidAccessPath", "Nothing is at " + std::string(path)};
    return *found;
}

/// Puts a result where ResultPath says; objects on the way are made.
inline void put_result(json::value& context, std::string_view path, json::value result) {
    auto const steps = reference_steps(path);
    if (!steps || steps->empty()) {
        context = std::move(result);
        return;
    }
    json::value* at = &context;
    for (auto const& step : *steps) {
        if (!at->is_object()) *at = json::object{};
        at = &at->get_object()[step];
    }
    *at = std::move(result);
}

// Expressions ---------------------------------------------------------------------------------------------------------

/// A part of an expression: a text in quotes, a number, or a name with dots. [guess] more than `+` between them is not
/// understood
inline json::value expression_term(std::string text, json::value const& context) {
    text = trim(text);
    if (text.size() >= 2 && (text[0] == '"' || text[0] == '\'') && text.back() == text[0])
        return json::value(text.substr(1, text.size() - 2));
    boost::system::error_code failed;
    json::value const constant = json::parse(text, failed);
    if (!failed) return constant;
    if (text == "True" || text == "False") return text == "True";
    if (auto const* found = find_reference(context, "$." + text)) return *found;
    throw FlowFault{"ExpressionError", "The sandbox does not understand the expression " + text};
}

inline json::value evaluate(std::string const& text, json::value const& context) {
    std::vector<std::string> terms{""};
    char quote = '\0';
    for (char const c : text) {
        if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else if (c == quote)
            quote = '\0';
        if (c == '+' && quote == '\0')
            terms.emplace_back();
        else
            terms.back() += c;
    }
    json::value sum = expression_term(terms[0], context);
    for (std::size_t i = 1; i < terms.size(); ++i) {
        json::value const next = expression_term(terms[i], context);
        if (sum.is_string() && next.is_string())
            sum = json::value(to_string(sum.get_string()) + to_string(next.get_string()));
        else if (sum.is_int64() && next.is_int64())
            sum = sum.get_int64() + next.get_int64();
        else if (number_of(sum) && number_of(next))
            sum = *number_of(sum) + *number_of(next);
        else
            throw FlowFault{"ExpressionError", "A text and a number cannot be added"};
    }
    return sum;
}

/// Parameters with what they refer to: `"name.$": "$.path"` and `"name.=": "expression"`.
inline json::value fill_in(json::value const& parameters, json::value const& context, int depth = 0) {
    if (depth > 64) throw FlowFault{"FlowError", "The parameters are too deep"};
    if (auto const* list = parameters.if_array()) {
        json::array out;
        for (auto const& one : *list) out.push_back(fill_in(one, context, depth + 1));
        return out;
    }
    auto const* object = parameters.if_object();
    if (object == nullptr) return parameters;
    json::object out;
    for (auto const& item : *object) {
        std::string_view const name = item.key();
        std::string const text = item.value().is_string() ? to_string(item.value().get_string()) : "";
        if (name.ends_with(".$"))
            out[name.substr(0, name.size() - 2)] = reference(context, text);
        else if (name.ends_with(".="))
            out[name.substr(0, name.size() - 2)] = evaluate(text, context);
        else
            out[name] = fill_in(item.value(), context, depth + 1);
    }
    return out;
}

// Choices -------------------------------------------------------------------------------------------------------------

/// One comparison of a choice: its name says the type and the relation, as in NumericGreaterThanEquals.
inline bool compare_choice(std::string const& name, json::value const* have, json::value const& wanted,
                           json::value const& context) {
    if (name == "IsPresent") return (have != nullptr) == wanted.as_bool();
    if (have == nullptr) throw FlowFault{"InvalidAccessPath", "The variable of a choice is not there"};
    auto const is = [&](bool fact) { return fact == (!wanted.is_bool() || wanted.get_bool()); };
    if (name == "IsNull") return is(have->is_null());
    if (name == "IsString") return is(have->is_string());
    if (name == "IsNumeric") return is(have->is_number());
    if (name == "IsBoolean") return is(have->is_bool());
    if (name == "IsTimestamp") return is(have->is_string() && parse_time(to_string(have->get_string())).has_value());
    std::string relation = name;
    json::value other = wanted;
    if (relation.ends_with("Path")) {
        relation.resize(relation.size() - 4);
        other = reference(context, wanted.is_string() ? to_string(wanted.get_string()) : "");
    }
    auto const text = [](json::value const& value) {
        return value.is_string() ? to_string(value.get_string()) : json::serialize(value);
    };
    if (relation == "StringMatches") return glob(text(other), text(*have));
    if (relation == "BooleanEquals") return have->is_bool() && *have == other;
    int order = 0;
    if (relation.starts_with("Numeric")) {
        auto const left = number_of(*have);
        auto const right = number_of(other);
        if (!left || !right) return false;
        order = *left < *right ? -1 : *left > *right ? 1 : 0;
        relation.erase(0, 7);
    } else if (relation.starts_with("String") || relation.starts_with("Timestamp")) {
        if (!have->is_string()) return false;
        order = text(*have).compare(text(other));
        relation.erase(0, relation[0] == 'S' ? 6 : 9);
    } else {
        throw FlowFault{"FlowError", "There is no comparison " + name};
    }
    if (relation == "Equals") return order == 0;
    if (relation == "LessThan") return order < 0;
    if (relation == "LessThanEquals") return order <= 0;
    if (relation == "GreaterThan") return order > 0;
    if (relation == "GreaterThanEquals") return order >= 0;
    throw FlowFault{"FlowError", "There is no comparison " + name};
}

inline bool choice_fits(json::value const& choice, json::value const& context, int depth = 0) {
    if (depth > 32 || !choice.is_object()) throw FlowFault{"FlowError", "The choices are too deep"};
    auto const inner = [&](json::value const& one) { return choice_fits(one, context, depth + 1); };
    for (auto const& item : choice.get_object()) {
        std::string const name(item.key());
        if (name == "Variable" || name == "Next" || name == "Comment") continue;
        if (name == "Not") return !inner(item.value());
        if (name == "And" || name == "Or") {
            auto const& list = item.value().as_array();
            return name == "And" ? std::all_of(list.begin(), list.end(), inner)
                                 : std::any_of(list.begin(), list.end(), inner);
        }
        return compare_choice(name, find_reference(context, text_of(choice, "Variable")), item.value(), context);
    }
    return false;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_FLOW_STATES_IPP
