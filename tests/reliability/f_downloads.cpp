// SPDX-License-Identifier: Apache-2.0
// Downloads of processes that die, and on disks that fail: bar F9.
#include <globus/services/gcs.hpp>

#include "services/gcs_files.hpp"
#include "support/catch.hpp"
#include "support/system_calls.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <thread>

using namespace globus;
using namespace gcs_files;

namespace {

/// A download to a directory, as each process makes it anew.
struct Job {
    GcsCollectionService service;
    std::string token;
    std::string to;

    Downloaded run() const {
        Files const files(service, token, {.retry = quick(), .auth_url = "http://127.0.0.1:1"});
        return files.download({.path = "/big", .to = to});
    }
    [[nodiscard]] std::string part() const {
        std::filesystem::path const path(to);
        return (path.parent_path() / ("." + path.filename().string() + ".globus-part")).string();
    }
    [[nodiscard]] std::uintmax_t held() const {
        std::error_code none;
        auto const size = std::filesystem::file_size(part(), none);
        return none ? 0 : size;
    }
};

Job job_of(SandboxCollection& c, TemporaryDirectory const& here) {
    return {GcsCollectionService{c.id, c.address}, c.server.user_token(c.scope), here / "copy"};
}

bool changes_files(Call const& call) {
    return call.syncs() || call.renames() || call.unlinks() || call.number == SYS_ftruncate ||
           (call.writes() && call.file().string().find("globus-part") != std::string::npos);
}

/// How many random moments: 20, or as many as GLOBUS_TESTS_KILLS says.
int kills() {
    char const* const text = std::getenv("GLOBUS_TESTS_KILLS");
    return text != nullptr ? std::atoi(text) : 20;
}

}  // namespace

TEST_CASE("F9: killed at random moments, a download goes on and ends with the right bytes", "[reliability][F9]") {
    SandboxCollection c;
    TemporaryDirectory const here;
    Job const job = job_of(c, here);
    std::mt19937 random(42);
    unsigned version = 0;
    std::string text;
    auto const change = [&] {  // each version is shorter than the one before
        ++version;
        c.put("big", text = pattern(1'000'000 - version * 5000, version));
    };
    change();
    c.server.add_fault(rule("get_file", "in_body", R"({"type": "dribble", "bytes_per_s": 8000000})"));
    std::uintmax_t size = text.size();  // of the version that the partial file is of
    int gone_on = 0;
    for (int i = 0; i != kills(); ++i) {
        std::uintmax_t const held = job.held();
        c.server.clear_journal();
        pid_t const child = ::fork();
        if (child == 0) {
            try {
                (void)job.run();
            } catch (...) {
                ::_exit(1);
            }
            ::_exit(0);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        // Nothing that was there is asked for again, but for the last byte of all.
        if (std::string const asked = c.ranges(); held != 0 && !asked.empty()) {
            CHECK((asked + " ").starts_with("bytes=" + std::to_string(std::min(held, size - 1)) + "- "));
            ++gone_on;
        }
        size = text.size();
        if (WIFEXITED(status)) {
            REQUIRE(WEXITSTATUS(status) == 0);
            REQUIRE((file_text(job.to) == text));
            change();
        } else if (i % 7 == 6) {
            change();
        }
    }
    CHECK(gone_on > kills() / 4);
    c.server.clear_faults();
    job.run();
    CHECK((file_text(job.to) == text));
}

TEST_CASE("F9: killed at any change of a file, a download leaves the old file or the new one", "[reliability][F9]") {
    SandboxCollection c;
    TemporaryDirectory const here;
    Job const job = job_of(c, here);
    std::string const text = pattern(100'000);
    c.put("big", text);
    int old_ones = 0;
    bool ended = false;
    for (int stop = 1; !ended; ++stop) {
        write_file(job.to, "old");
        int seen = 0;
        int const result = traced(
            [&] {
                (void)job.run();
                return 0;
            },
            [&](Call const& call) {
                if (changes_files(call) && ++seen == stop) ::kill(call.child, SIGKILL);
            });
        ended = result == 0;
        std::string const left = file_text(job.to);
        INFO("killed at stop " << stop);
        REQUIRE((left == "old" || left == text));
        old_ones += left == "old" ? 1 : 0;
        job.run();
        REQUIRE((file_text(job.to) == text));
        // What is left beside it is of no harm, and goes with the next download that ends.
        std::filesystem::remove(here / ".copy.globus-part.note.new");
        REQUIRE(std::distance(std::filesystem::directory_iterator(here.path()), {}) == 1);
    }
    CHECK(old_ones > 8);
}

TEST_CASE("F9: the connection cut at random bytes, and the file changed in between", "[reliability][F9]") {
    SandboxCollection c;
    TemporaryDirectory const here;
    Job const job = job_of(c, here);
    std::mt19937 random(7);
    for (unsigned round = 1; round != 6; ++round) {
        std::string const text = pattern(300'000 + round, round);
        c.put("big", text);
        for (int i = 0; i != 10; ++i) c.cut(random() % 60'000 + 4'000);
        if (round % 2 == 0) {
            c.server.clear_faults();
            c.cut(random() % 60'000 + 4'000, 9);
        }
        CHECK(job.run().bytes == text.size());
        CHECK((file_text(job.to) == text));
        c.server.clear_faults();
    }
}

#ifdef __x86_64__
TEST_CASE("F9: a full disk is a typed error, the old file stays, and the next call goes on", "[reliability][F9]") {
    SandboxCollection c;
    TemporaryDirectory const here;
    Job const job = job_of(c, here);
    std::string const text = pattern(300'000);
    c.put("big", text);
    write_file(job.to, "old");
    bool const at_sync = GENERATE(false, true);
    int writes = 0;
    int const result = with_failures(
        [&] {
            try {
                (void)job.run();
            } catch (LocalFileError const& error) {
                return error.code() == std::errc::no_space_on_device ? 7 : 1;
            } catch (...) {
                return 2;
            }
            return 0;
        },
        [&](Call const& call) {
            bool const mine = call.file().string().ends_with("globus-part");
            if (at_sync) return mine && call.syncs() ? ENOSPC : 0;
            return mine && call.writes() && ++writes > 5 ? ENOSPC : 0;
        });
    CHECK(result == 7);
    CHECK(file_text(job.to) == "old");
    std::uintmax_t const held = job.held();
    CHECK(held > 0);
    CHECK(job.run().resumed_at == held);
    CHECK((file_text(job.to) == text));
}
#endif

TEST_CASE("F9: a folder that may not be written is a typed error before anything is sent", "[reliability][F9]") {
    SandboxCollection c;
    TemporaryDirectory const here;
    Job const job = job_of(c, here);
    std::filesystem::permissions(here.path(), std::filesystem::perms(0555));
    pid_t const child = ::fork();
    if (child == 0) {
        if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(3);
        try {
            (void)job.run();
        } catch (LocalFileError const& error) {
            ::_exit(error.code() == std::errc::permission_denied ? 7 : 1);
        } catch (...) {
            ::_exit(2);
        }
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    std::filesystem::permissions(here.path(), std::filesystem::perms(0700));
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 7);
    CHECK(c.server.count() == 0);
}
