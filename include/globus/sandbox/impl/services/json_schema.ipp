// SPDX-License-Identifier: Apache-2.0
// The part of JSON Schema that input schemas of flows use.
#ifndef GLOBUS_SANDBOX_IMPL_SERVICES_JSON_SCHEMA_IPP
#define GLOBUS_SANDBOX_IMPL_SERVICES_JSON_SCHEMA_IPP

#include <globus/sandbox/impl/services/plain.ipp>

namespace globus::sandbox::detail {

/// Something in a document that its schema forbids.
struct SchemaFault {
    std::string path;  ///< "$.a[0]"
    std::string what;
};

inline bool has_json_type(json::value const& value, std::string_view type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "null") return value.is_null();
    if (type == "number") return value.is_number();
    if (type == "integer")
        return value.is_int64() || value.is_uint64() ||
               (value.is_double() &&
                value.get_double() == static_cast<double>(static_cast<std::int64_t>(value.get_double())));
    return true;
}

/// Checks documents against schemas; collects what is wrong.
class SchemaCheck {
public:
    std::vector<SchemaFault> run(json::value const& value, json::value const& schema) {
        check(value, schema, "$", 0);
        return std::move(faults_);
    }

private:
    void wrong(std::string const& path, std::string what) { faults_.push_back({path, std::move(what)}); }

    void check(json::value const& value, json::value const& schema, std::string const& path, int depth) {
        if (depth > 64 || !schema.is_object()) return;
        check_type(value, schema, path);
        check_values(value, schema, path);
        if (value.is_object()) check_object(value.get_object(), schema, path, depth);
        if (auto const* items = member(schema, "items"); items != nullptr && value.is_array()) {
            std::size_t i = 0;
            for (auto const& one : value.get_array())
                check(one, *items, path + "[" + std::to_string(i++) + "]", depth + 1);
        }
        for (auto const* name : {"anyOf", "oneOf"}) check_choices(value, schema, name, path, depth);
        if (auto const* all = member(schema, "allOf"); all != nullptr && all->is_array())
            for (auto const& one : all->get_array()) check(value, one, path, depth + 1);
    }

    void check_type(json::value const& value, json::value const& schema, std::string const& path) {
        auto const* type = member(schema, "type");
        if (type == nullptr) return;
        bool fits = type->is_string() && has_json_type(value, type->get_string());
        if (auto const* list = type->if_array())
            for (auto const& one : *list) fits = fits || (one.is_string() && has_json_type(value, one.get_string()));
        if (!fits) wrong(path, json::serialize(value) + " is not of type " + json::serialize(*type));
    }

    void check_values(json::value const& value, json::value const& schema, std::string const& path) {
        if (auto const* one = member(schema, "const"); one != nullptr && *one != value)
            wrong(path, json::serialize(value) + " is not " + json::serialize(*one));
        if (auto const* all = member(schema, "enum"); all != nullptr && all->is_array()) {
            auto const& list = all->get_array();
            if (std::find(list.begin(), list.end(), value) == list.end())
                wrong(path, json::serialize(value) + " is not one of " + json::serialize(*all));
        }
        if (auto const number = number_of(value)) {
            if (*number < number_of(schema, "minimum", *number))
                wrong(path, json::serialize(value) + " is less than the minimum");
            if (*number > number_of(schema, "maximum", *number))
                wrong(path, json::serialize(value) + " is greater than the maximum");
        }
        if (auto const* text = value.if_string()) {
            auto const size = static_cast<double>(text->size());
            if (size < number_of(schema, "minLength", size)) wrong(path, json::serialize(value) + " is too short");
            if (size > number_of(schema, "maxLength", size)) wrong(path, json::serialize(value) + " is too long");
            if (text_of(schema, "format") == "uuid" && !is_uuid(*text))
                wrong(path, json::serialize(value) + " is not a 'uuid'");
        }
        if (auto const* list = value.if_array()) {
            auto const size = static_cast<double>(list->size());
            if (size < number_of(schema, "minItems", size)) wrong(path, "There are too few items");
            if (size > number_of(schema, "maxItems", size)) wrong(path, "There are too many items");
        }
    }

    void check_object(json::object const& object, json::value const& schema, std::string const& path, int depth) {
        if (auto const* required = member(schema, "required"); required != nullptr && required->is_array())
            for (auto const& name : required->get_array())
                if (name.is_string() && !object.contains(name.get_string()))
                    wrong(path, "'" + to_string(name.get_string()) + "' is a required property");
        auto const* properties = member(schema, "properties");
        auto const* others = member(schema, "additionalProperties");
        for (auto const& item : object) {
            std::string const name(item.key());
            if (auto const* known = properties != nullptr ? member(*properties, name) : nullptr)
                check(item.value(), *known, path + "." + name, depth + 1);
            else if (others != nullptr && others->is_bool() && !others->get_bool())
                wrong(path, "Additional properties are not allowed ('" + name + "' was unexpected)");
            else if (others != nullptr && others->is_object())
                check(item.value(), *others, path + "." + name, depth + 1);
        }
    }

    void check_choices(json::value const& value, json::value const& schema, char const* name, std::string const& path,
                       int depth) {
        auto const* choices = member(schema, name);
        if (choices == nullptr || !choices->is_array()) return;
        auto const before = faults_.size();
        for (auto const& one : choices->get_array()) {
            check(value, one, path, depth + 1);
            bool const good = faults_.size() == before;
            faults_.resize(before);
            if (good) return;
        }
        wrong(path, json::serialize(value) + " is not valid under any of the given schemas");
    }

    std::vector<SchemaFault> faults_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SERVICES_JSON_SCHEMA_IPP
