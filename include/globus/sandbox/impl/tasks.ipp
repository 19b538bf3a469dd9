// SPDX-License-Identifier: Apache-2.0
// The engine that carries tasks out: it copies and deletes real files, and reports as the Transfer service does.
#ifndef GLOBUS_SANDBOX_IMPL_TASKS_IPP
#define GLOBUS_SANDBOX_IMPL_TASKS_IPP

#include <globus/sandbox/impl/files.ipp>

namespace globus::sandbox::detail {

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
            if (glob(text_of(rule, "name"), name)) return text_of(rule, "method", "exclude") == "exclude";
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

    /// The paths that a pattern stands for, name by name. [doc] interpret_globs: `*`, `?` and [guess] nothing more
    std::vector<std::string> expand(std::string const& pattern) const {
        std::vector<std::string> found{""};
        for (auto const& part : path_parts(pattern)) {
            std::vector<std::string> next;
            for (auto const& above : found) {
                if (part.find_first_of("*?") == std::string::npos) {
                    next.push_back(above + "/" + part);
                    continue;
                }
                Place const place = find_place(job_.source, above);
                std::error_code error;
                if (!place.allowed) continue;
                for (auto const& entry : fs::directory_iterator(place.file, error)) {
                    std::string const name = entry.path().filename().string();
                    if (glob(part, name)) next.push_back(above + "/" + name);
                }
            }
            std::sort(next.begin(), next.end());
            found = std::move(next);
        }
        return found;
    }

    void remove(TransferItem const& item) {
        if (!flag_of(job_.options, "interpret_globs") || item.source.find_first_of("*?") == std::string::npos)
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

// Reports -------------------------------------------------------------------------------------------------------------

inline void add_event(World& world, Task& task, std::string const& code, bool is_error, std::string const& description,
                      std::string const& details, std::optional<Millis> at = std::nullopt) {
    task.events.push_back(json::object{{"DATA_TYPE", "event"},
                                       {"code", code},
                                       {"description", description},
                                       {"details", details},
                                       {"is_error", is_error},
                                       {"parent_task_id", nullptr},
                                       {"time", iso_time(at.value_or(world.now_locked()))}});
}

inline void set_nice_status(Task& task, std::string const& code, std::string const& text, bool ok) {
    task.document["nice_status"] = code;
    task.document["nice_status_short_description"] = text;
    task.document["nice_status_details"] = nullptr;
    task.document["nice_status_expires_in"] = -1;
    task.document["is_ok"] = ok;
}

/// Ends a task. [recorded] what a task that is over says
inline void end_task(Task& task, std::string const& status, Millis at) {
    auto& document = task.document;
    task.over = true;
    document["status"] = status;
    document["completion_time"] = iso_time(at);
    for (auto const* name :
         {"nice_status", "nice_status_details", "nice_status_expires_in", "nice_status_short_description", "is_ok"})
        document[name] = nullptr;
    document["is_paused"] = false;
    document["subtasks_pending"] = 0;
    document["subtasks_retrying"] = 0;
    double const seconds = std::max(1.0, static_cast<double>(at - task.requested) / 1000);
    document["effective_bytes_per_second"] =
        static_cast<std::int64_t>(number_of(document, "bytes_transferred", 0) / seconds);
}

/// [guess] the code of a task that its deadline ended
inline void expire_task(World& world, Task& task, Millis at) {
    auto const pending = number_of(task.document, "subtasks_pending", 0);
    add_event(world, task, "EXPIRED", true, "expired", "The deadline has passed", at);
    task.document["subtasks_expired"] = static_cast<std::int64_t>(pending);
    task.document["fatal_error"] =
        json::object{{"code", "EXPIRED"}, {"description", "The task did not complete before its deadline"}};
    end_task(task, "FAILED", at);
}

inline void grow(json::object& document, char const* name, std::int64_t by) {
    document[name] = static_cast<std::int64_t>(number_of(document, name, 0)) + by;
}

/// A quarter of the task's duration is over: what it shows grows, as if it were on its way.
inline void show_progress(World& world, Task& task, Millis at) {
    auto& document = task.document;
    document["files"] = task.total_files;
    document["files_transferred"] = task.total_files * task.step / 4;
    document["bytes_transferred"] = task.total_bytes * task.step / 4;
    double const seconds = std::max(1.0, static_cast<double>(at - task.begun) / 1000);
    document["effective_bytes_per_second"] =
        static_cast<std::int64_t>(number_of(document, "bytes_transferred", 0) / seconds);
    add_event(world, task, "PROGRESS", false, "progress",
              "files: " + std::to_string(task.total_files * task.step / 4) +
                  ", bytes: " + std::to_string(task.total_bytes * task.step / 4),
              at);
}

/// [recorded] a delete ends with the first error at a path; [guess] it tries again while the collection is away
inline bool fails_at_once(std::string const& fault) { return fault != "ENDPOINT_ERROR" && fault != "AUTH"; }

/// Ends a task with a fault. [recorded] what it says then
inline void fail_task(World& world, Task& task, Result const& result, Millis at) {
    std::string text = lower(result.fault);
    std::replace(text.begin(), text.end(), '_', ' ');
    if (result.fault == "FILE_NOT_FOUND") text = "file not found";
    add_event(world, task, result.fault, true, text, result.details);
    auto const left = static_cast<std::int64_t>(number_of(task.document, "subtasks_pending", 0));
    grow(task.document, "faults", 1);
    task.document["subtasks_failed"] = std::max<std::int64_t>(1, left);
    task.document["fatal_error"] = json::object{{"code", result.fault}, {"description", text}};
    add_event(world, task, "FAILED", true, "failed", text, at);
    end_task(task, "FAILED", at);
}

inline void report(World& world, Task& task, Result const& result, Millis at) {
    auto& document = task.document;
    Millis const now = world.now_locked();
    // What was shown on the way makes room for what was done.
    if (!std::exchange(task.attempted, true))
        for (auto const* name : {"files", "files_transferred", "bytes_transferred"}) document[name] = 0;
    grow(document, "files_transferred", result.transferred);
    grow(document, "files_skipped", result.skipped_files);
    grow(document, "bytes_transferred", result.bytes);
    grow(document, "bytes_checksummed", result.checksummed);
    grow(document, "subtasks_succeeded", static_cast<std::int64_t>(result.done.size()));
    grow(document, "subtasks_skipped_errors", static_cast<std::int64_t>(result.skipped.size()));
    for (auto const& path : result.finished) task.finished.insert(path);
    for (auto const& pair : result.done) task.done.push_back(pair);
    for (auto error : result.skipped) {
        error["error_time"] = iso_time(now);
        task.skipped.push_back(error);
    }
    auto const most = [&](char const* name, std::int64_t value) {
        document[name] = std::max(value, static_cast<std::int64_t>(number_of(document, name, 0)));
    };
    most("files", result.files);
    most("directories", result.directories);
    most("symlinks", result.symlinks);
    auto const left = static_cast<std::int64_t>(task.items.size()) - static_cast<std::int64_t>(task.finished.size());
    document["subtasks_pending"] = std::max<std::int64_t>(0, left);
    most("subtasks_total", static_cast<std::int64_t>(number_of(document, "subtasks_succeeded", 0)) +
                               static_cast<std::int64_t>(task.skipped.size()) + std::max<std::int64_t>(0, left));
    if (!result.fault.empty() && task.is_delete && fails_at_once(result.fault)) {
        fail_task(world, task, result, at);
        return;
    }
    if (!result.fault.empty()) {
        std::string text = lower(result.fault);
        std::replace(text.begin(), text.end(), '_', ' ');
        add_event(world, task, result.fault, true, text, result.details);
        grow(document, "faults", 1);
        document["subtasks_retrying"] = std::max<std::int64_t>(0, left);
        set_nice_status(task, result.fault, text, false);
        document["nice_status_details"] = result.details;
        task.last_fault = result.fault;
        // [guess] a login that fails makes the task INACTIVE, as credentials that expire do
        document["status"] = result.fault == "AUTH" ? "INACTIVE" : "ACTIVE";
        task.due = now + world.options.retry_interval.count();
        return;
    }
    task.last_fault.clear();
    if (task.is_delete) document["subtasks_succeeded"] = static_cast<std::int64_t>(task.items.size());
    std::string details = "files: " + std::to_string(result.files) + ", bytes: " + std::to_string(result.bytes);
    if (!task.is_delete) add_event(world, task, "PROGRESS", false, "progress", details, at);
    add_event(world, task, "SUCCEEDED", false, "succeeded", details, at);
    end_task(task, "SUCCEEDED", at);
}

/// The rules of the endpoint manager that keep a task from running. [doc] what each flag pauses; [guess] a rule
/// without any of the three pauses all tasks
inline std::vector<json::object const*> pause_rules_of(World const& world, Task const& task) {
    std::vector<json::object const*> out;
    auto const kept = world.data.documents.find("transfer.pause_rules");
    if (kept == world.data.documents.end()) return out;
    for (auto const& entry : kept->second) {
        json::object const& rule = entry.second;
        if (auto const identity = text_of(rule, "identity_id"); !identity.empty() && identity != task.owner) continue;
        bool const any = rule.contains("pause_task_delete") || rule.contains("pause_task_transfer_read") ||
                         rule.contains("pause_task_transfer_write");
        auto const holds = [&](std::string const& endpoint, char const* flag) {
            return text_of(rule, "endpoint_id") == endpoint && flag_of(rule, flag, !any);
        };
        if (task.is_delete ? holds(task.source, "pause_task_delete")
                           : holds(task.source, "pause_task_transfer_read") ||
                                 holds(task.destination, "pause_task_transfer_write"))
            out.push_back(&rule);
    }
    return out;
}

/// Pauses the tasks that a pause rule is for, and lets go those that none is for any more.
inline void apply_pause_rules(World& world, Task& task) {
    bool const hold = !pause_rules_of(world, task).empty();
    if (hold == task.held) return;
    task.held = hold;
    task.document["is_paused"] = hold || task.paused;
    if (hold) {
        set_nice_status(task, "PAUSED_BY_ADMIN", "Paused by an administrator", false);
        add_event(world, task, "PAUSED", false, "paused", "A pause rule");
    } else if (!task.paused) {
        set_nice_status(task, task.started ? "OK" : "QUEUED", task.started ? "OK" : "Queued", true);
        add_event(world, task, "UNPAUSED", false, "unpaused", "");
    }
}

/// The tasks that may run: [doc] three of each user, the first come first. The others are queued.
inline std::vector<Task*> running_tasks(World& world) {
    std::vector<Task*> out;
    std::map<std::string, int> of_owner;
    for (auto const& id : world.data.task_order) {
        Task& task = world.data.tasks[id];
        if (task.over) continue;
        apply_pause_rules(world, task);
        if (task.paused || task.held) continue;
        if (++of_owner[task.owner] > 3) {
            set_nice_status(task, "QUEUED", "Queued", true);
            continue;
        }
        out.push_back(&task);
    }
    return out;
}

inline Job job_of(World const& world, Task const& task) {
    Job job;
    job.task = task.id;
    job.is_delete = task.is_delete;
    job.items = task.items;
    job.finished = task.finished;
    job.options = task.options;
    auto const state_of = [&](std::string const& endpoint, fs::path& directory, std::string& state) {
        auto const found = world.data.endpoints.find(endpoint);
        state = found == world.data.endpoints.end() ? "disconnected" : found->second.state;
        if (found != world.data.endpoints.end()) directory = found->second.directory;
    };
    state_of(task.source, job.source, job.source_state);
    if (!job.is_delete) state_of(task.destination, job.destination, job.destination_state);
    return job;
}

/**
 * Does, in the order of the sandbox's time, all that was to happen until now: tasks begin when one of the three places
 * is free, show progress at each quarter of their duration, are carried out at its end, and expire.
 */
inline void World::run_due_tasks() {
    std::lock_guard executor(engine);
    std::unique_lock lock(mutex);
    data.engine_time = std::min(data.engine_time, now_locked());
    Millis const duration = options.task_duration.count();
    while (!stopping) {
        Task* beginner = nullptr;
        Task* next = nullptr;
        for (Task* task : running_tasks(*this)) {
            if (!task->started && beginner == nullptr) beginner = task;
            if (task->started && (next == nullptr || task->due < next->due)) next = task;
        }
        if (beginner != nullptr) {
            Job const job = job_of(*this, *beginner);
            lock.unlock();
            auto const [files, bytes] =
                job.is_delete || duration == 0 ? std::pair<std::int64_t, std::int64_t>{} : measure(job);
            lock.lock();
            auto const found = data.tasks.find(job.task);
            if (found == data.tasks.end() || found->second.over) continue;
            Task& task = found->second;
            task.started = true;
            task.total_files = files;
            task.total_bytes = bytes;
            task.begun = std::max(data.engine_time, task.requested);
            task.step = duration == 0 ? 4 : 1;
            task.due = task.begun + duration / 4;
            // [recorded] the details are JSON, as a text
            add_event(*this, task, "STARTED", false, "started",
                      task.is_delete ? R"({"type": "GridFTP Delete"})"
                                     : R"({"type": "GridFTP Transfer", "concurrency": 2, "parallelism": 4, "pipelining": 20})",
                      task.begun);
            set_nice_status(task, "OK", "OK", true);
            wake.notify_all();
            continue;
        }
        Millis const now = now_locked();
        Task* expired = nullptr;
        for (auto const& name : data.task_order)
            if (Task& task = data.tasks[name];
                !task.over && task.deadline <= now && (expired == nullptr || task.deadline < expired->deadline))
                expired = &task;
        if (expired != nullptr && (next == nullptr || expired->deadline <= next->due)) {
            data.engine_time = std::max(data.engine_time, expired->deadline);
            expire_task(*this, *expired, std::max(expired->deadline, expired->requested));
            wake.notify_all();
            continue;
        }
        if (auto const event = next_event(*this); event && *event <= now && (next == nullptr || *event <= next->due)) {
            data.engine_time = std::max(data.engine_time, *event);
            run_event(*this);
            wake.notify_all();
            continue;
        }
        if (next == nullptr || next->due > now) break;
        data.engine_time = std::max(data.engine_time, next->due);
        if (text_of(next->document, "nice_status") == "QUEUED") set_nice_status(*next, "OK", "OK", true);
        if (next->step < 4) {
            if (!next->is_delete) show_progress(*this, *next, next->due);
            ++next->step;
            next->due = next->begun + duration * next->step / 4;
            continue;
        }
        Job const job = job_of(*this, *next);
        lock.unlock();
        Result const result = Attempt(job).run();
        lock.lock();
        auto const found = data.tasks.find(job.task);
        if (found != data.tasks.end() && !found->second.over)
            report(*this, found->second, result, std::max(data.engine_time, found->second.begun));
        wake.notify_all();
    }
    data.engine_time = std::max(data.engine_time, now_locked());
}

/// With the real clock: runs what is due, sleeps until something is.
inline void World::engine_loop() {
    while (true) {
        run_due_tasks();
        std::unique_lock lock(mutex);
        if (stopping) return;
        Millis const now = now_locked();
        Millis next = now + 60000;
        for (auto const& [name, task] : data.tasks)
            if (!task.over) next = std::min(next, task.deadline);
        for (Task* task : running_tasks(*this)) next = std::min(next, task->started ? task->due : now);
        if (auto const event = next_event(*this)) next = std::min(next, *event);
        if (next > now) wake.wait_for(lock, std::chrono::milliseconds(next - now));
        if (stopping) return;
    }
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_TASKS_IPP
