// SPDX-License-Identifier: Apache-2.0
// One attempt at a task: it copies and deletes real files.
#ifndef GLOBUS_SANDBOX_IMPL_TASKS_ATTEMPT_IPP
#define GLOBUS_SANDBOX_IMPL_TASKS_ATTEMPT_IPP

#include <globus/sandbox/impl/files.ipp>

#include <fnmatch.h>

namespace globus::sandbox::detail {

/// Whether a name is one of those that a pattern of the shell stands for: `*`, `?`, `[...]`, and a backslash before what
/// is meant as it is. [doc] interpret_globs and filter_rules
inline bool fits_pattern(std::string const& pattern, std::string const& name) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

/// What one attempt at a task is to do; a copy, so that it can be carried out without the lock.
struct Job {
    std::string task;
    bool is_delete = false;
    fs::path source;
    fs::path destination;
    std::string source_state;
    std::string destination_state;
    std::vector<TransferItem> items;
    std::set<std::string> finished;
    json::object options;
};

/// What came of it.
struct Result {
    std::int64_t files = 0;
    std::int64_t directories = 0;
    std::int64_t symlinks = 0;
    std::int64_t transferred = 0;
    std::int64_t skipped_files = 0;
    std::int64_t bytes = 0;
    std::int64_t checksummed = 0;
    std::vector<Copied> done;
    std::vector<std::string> finished;
    std::vector<json::object> skipped;
    std::string fault;    ///< code of the first fault; empty when all went well
    std::string details;  ///< its text
    bool fatal = false;
};

/// One attempt at a job.
class Attempt {
public:
    explicit Attempt(Job const& job) : job_(job) {
        if (auto const* level = member(job.options, "sync_level"))
            if (auto const number = number_of(*level)) sync_level_ = static_cast<int>(*number);
        verify_ = flag_of(job.options, "verify_checksum", true);
        skip_errors_ = flag_of(job.options, "skip_source_errors");
        symlinks_ = text_of(job.options, "recursive_symlinks", "ignore");
    }

    Result run() {
        // [guess] a collection that cannot be reached is a fault, as a missing file is
        for (auto const* state : {&job_.source_state, &job_.destination_state}) {
            if (*state == "disconnected") return fail("ENDPOINT_ERROR", "The collection is not connected");
            if (*state == "login_failed") return fail("AUTH", "Login to the collection failed");
            if (*state == "permission_denied") return fail("PERMISSION_DENIED", "Permission denied");
        }
        for (auto const& item : job_.items) {
            if (job_.is_delete)
                remove(item);
            else
                transfer(item);
        }
        return std::move(result_);
    }

private:
    Result fail(std::string code, std::string details) {
        fault(std::move(code), std::move(details));
        return std::move(result_);
    }

    void fault(std::string code, std::string details) {
        if (!result_.fault.empty()) return;
        result_.fault = std::move(code);
        result_.details = std::move(details);
    }

    void source_fault(TransferItem const& item, std::string const& path, std::string code) {
        if (skip_errors_ && (code == "FILE_NOT_FOUND" || code == "PERMISSION_DENIED")) {
            result_.skipped.push_back(json::object{{"DATA_TYPE", "skipped_error"},
                                                   {"source_path", path},
                                                   {"destination_path", item.destination},
                                                   {"error_code", code},
                                                   {"error_details", "Error (" + code + ") at " + path},
                                                   {"error_time", nullptr},
                                                   {"is_directory", item.recursive.value_or(false)},
                                                   {"is_symlink", false},
                                                   {"is_delete_destination_extra", false},
                                                   {"external_checksum", nullptr},
                                                   {"checksum_algorithm", nullptr}});
            result_.finished.push_back(item.destination);
            return;
        }
        std::string const text = code == "FILE_NOT_FOUND" ? "No such file or directory" : "Permission denied";
        fault(std::move(code), "Path: " + path + ": " + text);
    }

    bool excluded(std::string const& name, bool directory) const {
        auto const* rules = job_.options.if_contains("filter_rules");
        if (rules == nullptr || !rules->is_array()) return false;
        for (auto const& rule : rules->get_array()) {
            std::string const type = text_of(rule, "type");
            if ((type == "file" && directory) || (type == "dir" && !directory)) continue;
            if (fits_pattern(text_of(rule, "name"), name)) return text_of(rule, "method", "exclude") == "exclude";
        }
        return false;
    }

    void transfer(TransferItem const& item) {
        if (job_.finished.contains(item.destination)) return;
        Place const from = find_place(job_.source, item.source);
        Place const to = find_place(job_.destination, item.destination);
        if (!from.allowed && !item.link) return source_fault(item, from.path, "PERMISSION_DENIED");
        if (!to.allowed) return fault("PERMISSION_DENIED", "Path: " + to.path + ": Permission denied");
        std::error_code error;
        // [doc] a link that is an item is followed, but as a transfer_symlink_item
        if (item.link) {
            bool const inside = find_place(job_.source, from.path.substr(0, from.path.rfind('/'))).allowed;
            if (!inside || !fs::is_symlink(fs::symlink_status(from.file, error)))
                return source_fault(item, from.path, "FILE_NOT_FOUND");
            if (copy_link(from.file, to)) result_.finished.push_back(item.destination);
            return;
        }
        auto const status = fs::status(from.file, error);
        if (!fs::exists(status)) return source_fault(item, from.path, "FILE_NOT_FOUND");
        if (fs::is_directory(status)) {
            // [doc] an item that does not say is what it is found to be
            if (item.recursive == false) return fault("IS_A_DIRECTORY", "Path: " + from.path + ": Is a directory");
            copy_directory(item, from, to);
        } else {
            if (item.recursive == true) return fault("NOT_A_DIRECTORY", "Path: " + from.path + ": Not a directory");
            if (copy_file(from, to, &item)) result_.finished.push_back(item.destination);
        }
    }

    void copy_directory(TransferItem const& item, Place const& from, Place const& to) {
        std::error_code error;
        // [guess] a link that leads back to where it came from is left out
        fs::path const real = fs::canonical(from.file, error);
        if (std::find(above_.begin(), above_.end(), real) != above_.end()) return;
        above_.push_back(real);
        copy_entries(item, from, to);
        above_.pop_back();
    }

    void copy_entries(TransferItem const& item, Place const& from, Place const& to) {
        std::error_code error;
        fs::create_directories(to.file, error);
        if (error) return fault("PERMISSION_DENIED", "Path: " + to.path + ": " + error.message());
        ++result_.directories;
        bool complete = true;
        std::vector<fs::directory_entry> entries;
        for (auto const& entry : fs::directory_iterator(from.file, error)) entries.push_back(entry);
        std::sort(entries.begin(), entries.end());
        std::set<std::string> names;
        for (auto const& entry : entries) {
            std::string const name = entry.path().filename().string();
            names.insert(name);
            bool const directory = entry.is_directory(error);
            if (excluded(name, directory)) continue;
            // The dot keeps a name that is `~` from being the top directory.
            Place const inner_from = find_place(job_.source, from.path + "/./" + name);
            Place const inner_to = find_place(job_.destination, to.path + "/./" + name);
            auto const before = result_.fault;
            bool const link = entry.is_symlink(error);
            if (link) ++result_.symlinks;
            // [doc] recursive_symlinks is "ignore" when nothing else is asked for. [guess] a link that leads out of the
            // collection is not copied
            if (link && symlinks_ != "keep" && (symlinks_ != "copy" || !inner_from.allowed)) continue;
            if (link && symlinks_ == "keep")
                copy_link(entry.path(), inner_to);
            else if (!inner_to.allowed)
                fault("PERMISSION_DENIED", "Path: " + inner_to.path + ": Permission denied");
            else if (directory)
                copy_directory(item, inner_from, inner_to);
            else if (entry.is_regular_file(error))
                copy_file(inner_from, inner_to, nullptr);
            complete = complete && result_.fault == before;
        }
        if (flag_of(job_.options, "delete_destination_extra"))
            for (auto const& entry : fs::directory_iterator(to.file, error))
                if (!names.contains(entry.path().filename().string())) fs::remove_all(entry.path(), error);
        if (complete && from.path == find_place(job_.source, item.source).path)
            result_.finished.push_back(item.destination);
    }

    bool copy_link(fs::path const& from, Place const& to) {
        std::error_code error;
        fs::create_directories(to.file.parent_path(), error);
        if (fs::is_symlink(fs::symlink_status(to.file, error))) fs::remove(to.file, error);
        fs::create_symlink(fs::read_symlink(from, error), to.file, error);
        if (error) fault("PERMISSION_DENIED", "Path: " + to.path + ": " + error.message());
        return !error;
    }

    /// Whether the destination is as it should be already.
    bool up_to_date(Place const& from, Place const& to) {
        std::error_code error;
        if (sync_level_ < 0 || !fs::is_regular_file(to.file, error)) return false;
        if (sync_level_ == 0) return true;
        if (fs::file_size(from.file, error) != fs::file_size(to.file, error)) return false;
        if (sync_level_ == 1) return true;
        if (sync_level_ == 2) return fs::last_write_time(from.file, error) <= fs::last_write_time(to.file, error);
        return hash_file(from.file, EVP_sha256()) == hash_file(to.file, EVP_sha256());
    }

    bool copy_file(Place const& from, Place const& to, TransferItem const* item) {
        ++result_.files;
        std::error_code error;
        if (fs::is_directory(to.file, error)) {
            fault("IS_A_DIRECTORY", "Path: " + to.path + ": Is a directory");
            return false;
        }
        if (up_to_date(from, to)) {
            ++result_.skipped_files;
            return true;
        }
        fs::create_directories(to.file.parent_path(), error);  // [doc] missing directories are made
        fs::copy_file(from.file, to.file, fs::copy_options::overwrite_existing, error);
        if (error) {
            fault("PERMISSION_DENIED", "Path: " + to.path + ": " + error.message());
            return false;
        }
        auto const size = static_cast<std::int64_t>(fs::file_size(to.file, error));
        auto const sum = verify_ ? hash_file(to.file, EVP_sha256()) : std::nullopt;
        if (verify_ && hash_file(from.file, EVP_sha256()) != sum) {
            fault("VERIFY_CHECKSUM", "Path: " + to.path + ": Checksums differ");
            return false;
        }
        if (verify_) result_.checksummed += size;
        if (item != nullptr && !item->checksum.empty()) {
            std::string const wanted = item->algorithm.empty() ? "md5" : lower(item->algorithm);
            auto const* kind = EVP_get_digestbyname(wanted.c_str());
            auto const have = kind != nullptr ? hash_file(to.file, kind) : std::nullopt;
            if (!have || !same_name(to_hex(*have), item->checksum)) {
                fault("VERIFY_CHECKSUM", "Path: " + to.path + ": The external checksum differs");
                return false;
            }
        }
        if (flag_of(job_.options, "preserve_timestamp"))
            fs::last_write_time(to.file, fs::last_write_time(from.file, error), error);
        ++result_.transferred;
        result_.bytes += size;
        result_.done.push_back({from.path, to.path, size, sum ? to_hex(*sum) : ""});
        return true;
    }

    /// The paths that a pattern stands for, name by name.
    std::vector<std::string> expand(std::string const& pattern) const {
        std::vector<std::string> found{""};
        for (auto const& part : path_parts(pattern)) {
            std::vector<std::string> next;
            for (auto const& above : found) {
                if (part.find_first_of("*?[\\") == std::string::npos) {
                    next.push_back(above + "/" + part);
                    continue;
                }
                Place const place = find_place(job_.source, above);
                std::error_code error;
                if (!place.allowed) continue;
                for (auto const& entry : fs::directory_iterator(place.file, error)) {
                    std::string const name = entry.path().filename().string();
                    if (fits_pattern(part, name)) next.push_back(above + "/" + name);
                }
            }
            std::sort(next.begin(), next.end());
            found = std::move(next);
        }
        return found;
    }

    void remove(TransferItem const& item) {
        if (!flag_of(job_.options, "interpret_globs") || item.source.find_first_of("*?[\\") == std::string::npos)
            return remove_path(item);
        auto const paths = expand(item.source);
        auto const before = result_.fault;
        if (paths.empty() && !flag_of(job_.options, "ignore_missing"))
            return fault("FILE_NOT_FOUND", "Path: " + item.source + ": No such file or directory");
        for (auto const& path : paths) {
            TransferItem one = item;
            one.source = path;
            remove_path(one);
        }
        if (result_.fault == before) result_.finished.push_back(item.source);
    }

    void remove_path(TransferItem const& item) {
        if (job_.finished.contains(item.source)) return;
        Place const place = find_place(job_.source, item.source);
        std::error_code error;
        if (!place.allowed || place.path == "/")
            return fault("PERMISSION_DENIED", "Path: " + place.path + ": Permission denied");
        auto const status = fs::symlink_status(place.file, error);
        error.clear();
        if (!fs::exists(status)) {
            if (!flag_of(job_.options, "ignore_missing"))
                return fault("FILE_NOT_FOUND", "Path: " + place.path + ": No such file or directory");
        } else if (fs::is_directory(status)) {
            if (!flag_of(job_.options, "recursive"))
                return fault("IS_A_DIRECTORY", "Path: " + place.path + ": Is a directory");
            ++result_.directories;
            auto const removed = fs::remove_all(place.file, error);
            result_.files += static_cast<std::int64_t>(removed);
        } else {
            ++result_.files;
            fs::remove(place.file, error);
        }
        if (error) return fault("PERMISSION_DENIED", "Path: " + place.path + ": " + error.message());
        result_.finished.push_back(item.source);
    }

    Job const& job_;
    Result result_;
    int sync_level_ = -1;
    bool verify_ = true;
    bool skip_errors_ = false;
    std::string symlinks_;
    std::vector<fs::path> above_;  ///< the directories that are being copied
};

/// How many files and bytes a transfer has before it, as far as they are there.
inline std::pair<std::int64_t, std::int64_t> measure(Job const& job) {
    std::int64_t files = 0;
    std::int64_t bytes = 0;
    std::error_code error;
    auto const add = [&](fs::path const& file) {
        if (!fs::is_regular_file(file, error)) return;
        ++files;
        bytes += static_cast<std::int64_t>(fs::file_size(file, error));
    };
    for (auto const& item : job.items) {
        Place const from = find_place(job.source, item.source);
        if (!from.allowed) continue;
        add(from.file);
        if (item.recursive.value_or(fs::is_directory(from.file, error)))
            for (auto const& entry : fs::recursive_directory_iterator(from.file, error)) add(entry.path());
    }
    return {files, bytes};
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_TASKS_ATTEMPT_IPP
