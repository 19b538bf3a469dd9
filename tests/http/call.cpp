// SPDX-License-Identifier: Apache-2.0
// All that is decided about a call, without a socket or a clock: what came, and the steps that are made of it.
#include <globus/http/call.hpp>

#include "support/catch.hpp"

#include <chrono>
#include <limits>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace globus;
using namespace std::chrono_literals;
using detail::CallMachine;
using detail::CallTerms;
using detail::Step;

namespace {

constexpr char const* words[] = {"authorize", "send",     "read",   "renew", "refuse",
                                 "wait",      "replayed", "finish", "fail",  "cancel"};

/// A moment that no clock is asked for.
constexpr http::Clock::time_point start{1000h};

/// What a call was: its steps, and what is known of it at its end.
struct Played {
    std::string steps;
    bool unknown = false;
    int attempts = 0;
    NetworkError::Sent sent = NetworkError::Sent::no;
};

/// Plays a driver to which the words of `came` happen, one for each step that something can come of.
class Player {
public:
    Player(CallTerms const& terms, detail::RetryPolicyRef retry, std::string const& came)
        : machine_(terms, retry), came_(came) {}

    Played play() {
        Played played;
        Step step = machine_.begin();
        while (true) {
            if (!played.steps.empty()) played.steps += ' ';
            played.steps += words[static_cast<std::size_t>(step.kind)];
            if (step.kind == Step::Kind::finish || step.kind == Step::Kind::fail || step.kind == Step::Kind::cancel)
                break;
            step = next(step);
        }
        std::string left;
        CHECK_FALSE(came_ >> left);  // all of it happened
        played.unknown = machine_.outcome_unknown();
        played.attempts = machine_.attempt();
        played.sent = machine_.sent();
        return played;
    }

private:
    Step next(Step const& step) {
        switch (step.kind) {
            case Step::Kind::authorize:
                return machine_.authorized();
            case Step::Kind::send:
                return sent(word());
            case Step::Kind::read:
            case Step::Kind::replayed:
                return read(word());
            case Step::Kind::renew:
                return machine_.renewed(word() == "renewed");
            case Step::Kind::refuse:
                return refuse(word());
            case Step::Kind::wait:
                now_ = step.until;
                return machine_.waited(word() == "waited");
            default:
                throw std::logic_error("no driver does this step");
        }
    }
    std::string word() {
        std::string next;
        if (!(came_ >> next)) throw std::logic_error("the script is too short");
        return next;
    }
    Step sent(std::string const& what) {
        using Kind = NetworkError::Kind;
        using Sent = NetworkError::Sent;
        if (what == "piece-then-lost") machine_.handed_over();
        if (what == "lost" || what == "piece-then-lost") return fail(Kind::interrupted, Sent::yes);
        if (what == "silent") return fail(Kind::timeout, Sent::yes);
        if (what == "unreachable") return fail(Kind::connect, Sent::no);
        if (what == "unresolved") return fail(Kind::resolve, Sent::no);
        if (what == "untrusted") return fail(Kind::tls, Sent::no);
        if (what == "too-large") return fail(Kind::too_large, Sent::yes);
        answer_.status = std::stoi(what);
        return machine_.answered(answer_);
    }
    Step fail(NetworkError::Kind kind, NetworkError::Sent how_far) {
        return machine_.failed(NetworkError(kind, how_far, "no answer"), now_);
    }
    Step read(std::string const& what) {
        if (what == "fits") return machine_.finished(answer_);
        return machine_.unread(answer_, what == "cut", now_);
    }
    Step refuse(std::string const& what) {
        return machine_.refused(answer_, {.settled = what == "settled", .already_done = what == "done"}, now_);
    }

    CallMachine machine_;
    std::istringstream came_;
    http::Response answer_;
    http::Clock::time_point now_ = start;
};

Played play(CallTerms const& terms, detail::RetryPolicyRef retry, std::string const& came) {
    return Player(terms, retry, came).play();
}
/// With the retry policy of a Client, which waits for nothing here.
Played play(CallTerms const& terms, std::string const& came) {
    DefaultRetry const retry{.base = 0s, .throttled = 0s};
    return play(terms, retry, came);
}

struct Row {
    char const* name;
    CallTerms terms;
    char const* came;
    char const* steps;
    bool unknown = false;
    int attempts = 1;
};

void check(std::vector<Row> const& table) {
    for (Row const& row : table) {
        INFO(row.name);
        Played const played = play(row.terms, row.came);
        CHECK(played.steps == row.steps);
        CHECK(played.unknown == row.unknown);
        CHECK(played.attempts == row.attempts);
    }
}

constexpr CallTerms lookup{.retry_class = RetryClass::read};
constexpr CallTerms keyed{.retry_class = RetryClass::keyed};
constexpr CallTerms idempotent{.retry_class = RetryClass::idempotent};
constexpr CallTerms create{.retry_class = RetryClass::non_idempotent};
constexpr CallTerms grant{.retry_class = RetryClass::grant};
constexpr CallTerms never{.retry_class = RetryClass::never};
constexpr CallTerms with_token{.retry_class = RetryClass::read, .authorized = true};

/// Waits as long as it is told, for ever; and remembers the attempts that it was asked about.
struct Patient {
    std::optional<std::chrono::duration<double>> wait = 1s;
    std::vector<Attempt>* asked = nullptr;
    std::vector<Attempt>* successes = nullptr;

    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const {
        if (asked != nullptr) asked->push_back(attempt);
        return wait;
    }
    void succeeded(Attempt const& attempt) const noexcept {
        if (successes != nullptr) successes->push_back(attempt);
    }
};

}  // namespace

TEST_CASE("call: an answer is read, refused, or leads to another credential", "[http][call]") {
    check({
        {"answered", lookup, "200 fits", "send read finish"},
        {"a credential goes first", with_token, "200 fits", "authorize send read finish"},
        {"the last status that has a document", lookup, "299 fits", "send read finish"},
        {"a redirect has none", lookup, "302 no", "send refuse fail", false},
        {"but is an answer to who takes any", {.read_below = 400}, "302 fits", "send read finish"},
        {"an error", lookup, "404 no", "send refuse fail"},
        {"an answer before the answer", lookup, "103 no", "send refuse fail", false},
        {"no credential can be renewed where none went along", lookup, "401 no", "send refuse fail"},
        {"renewed", with_token, "401 renewed 200 fits", "authorize send renew authorize send read finish"},
        {"not renewed", with_token, "401 same no", "authorize send renew refuse fail"},
        {"renewed in vain", with_token, "401 renewed 401 no", "authorize send renew authorize send refuse fail"},
        {"another 401 after a pause", with_token, "401 renewed 503 no waited 401 no",
         "authorize send renew authorize send refuse wait authorize send refuse fail", false, 2},
        {"forbidden is not unknown", with_token, "403 no", "authorize send refuse fail"},
    });
}

TEST_CASE("call: A3, a 401 is met in whatever order it comes", "[http][call][A3]") {
    check({
        {"before", with_token, "401 renewed 503 no waited 200 fits",
         "authorize send renew authorize send refuse wait authorize send read finish", false, 2},
        {"after", with_token, "503 no waited 401 renewed 200 fits",
         "authorize send refuse wait authorize send renew authorize send read finish", false, 2},
        {"throttled before", with_token, "429 no waited 401 renewed 200 fits",
         "authorize send refuse wait authorize send renew authorize send read finish", false, 2},
        {"a stream cannot be sent again",
         {.authorized = true, .sent_once = true},
         "401 renewed no",
         "authorize send renew refuse fail"},
        {"nor what is sent once",
         {.retry_class = RetryClass::never, .authorized = true},
         "401 renewed no",
         "authorize send renew refuse fail"},
        {"a write that was not let in was not done",
         {.retry_class = RetryClass::non_idempotent, .authorized = true},
         "401 renewed 201 fits",
         "authorize send renew authorize send read finish"},
    });
}

TEST_CASE("call: B1, the class of an operation decides what is sent again", "[http][call][B1]") {
    for (CallTerms const& again : {lookup, keyed, idempotent})
        for (char const* came : {"408 no", "429 no", "500 no", "502 no", "503 no", "504 no", "200 cut"}) {
            INFO(came);
            Played const played = play(again, std::string(came) + " waited 200 fits");
            CHECK(played.steps == (came == std::string("200 cut") ? "send read wait send read finish"
                                                                  : "send refuse wait send read finish"));
        }
    for (CallTerms const& again : {lookup, keyed, idempotent})
        for (char const* came : {"lost", "silent", "unreachable", "unresolved"})
            CHECK(play(again, std::string(came) + " waited 200 fits").steps == "send wait send read finish");
    check({
        {"a write is not", create, "500 no", "send refuse fail", true},
        {"nor after its answer was lost", create, "lost", "send fail", true},
        {"nor after a time-out", create, "silent", "send fail", true},
        {"nor if its answer is cut off", create, "201 cut", "send read fail", true},
        {"but if it never left", create, "unreachable waited 201 fits", "send wait send read finish", false, 2},
        {"and if it was throttled", create, "429 no waited 201 fits", "send refuse wait send read finish", false, 2},
        {"never is never", never, "429 no", "send refuse fail"},
        {"not even if it never left", never, "unreachable", "send fail"},
        {"a stream is not read again",
         {.retry_class = RetryClass::idempotent, .sent_once = true},
         "503 no",
         "send refuse fail",
         true},
        {"what the caller has begun to take is the last", lookup, "piece-then-lost", "send fail"},
        {"the caller knows better",
         {.retry_class = RetryClass::non_idempotent, .retry_as = RetryClass::keyed},
         "lost waited 200 fits",
         "send wait send read finish",
         true,
         2},
        {"or is more careful",
         {.retry_class = RetryClass::keyed, .retry_as = RetryClass::non_idempotent},
         "lost",
         "send fail",
         true},
        {"nothing was done, says the service", idempotent, "502 settled", "send refuse fail"},
    });
}

TEST_CASE("call: B1, an attempt that may have done it leaves the outcome unknown", "[http][call][B1]") {
    check({
        {"nothing is unknown of what only reads", lookup, "lost waited 404 no", "send wait send refuse fail", false, 2},
        {"be it sent once", {.retry_class = RetryClass::read, .retry_as = RetryClass::never}, "lost", "send fail"},
        {"but of a write that is",
         {.retry_class = RetryClass::idempotent, .retry_as = RetryClass::never},
         "lost",
         "send fail",
         true},
        {"and of what is called a write",
         {.retry_class = RetryClass::read, .retry_as = RetryClass::idempotent},
         "too-large",
         "send fail",
         true},
        {"lost, then refused", idempotent, "lost waited 403 no", "send wait send refuse fail", true, 2},
        {"lost, then unreachable", keyed, "lost waited untrusted", "send wait send fail", true, 2},
        {"a no is a no", idempotent, "409 no", "send refuse fail"},
        {"a proxy's 408 is none", create, "408 no", "send refuse fail", true},
        {"nor is a redirect", create, "303 no", "send refuse fail", true},
        {"throttled, then a no", create, "429 no waited 403 no", "send refuse wait send refuse fail", false, 2},
        {"never left, then a no", create, "unreachable waited 403 no", "send wait send refuse fail", false, 2},
        {"trouble at an endpoint, after nothing", create, "502 settled", "send refuse fail"},
        {"trouble at an endpoint, after a loss", idempotent, "lost waited 502 settled", "send wait send refuse fail",
         true, 2},
        {"read, but no document", create, "201 page", "send read fail", true},
        {"renewed after a loss",
         {.retry_class = RetryClass::idempotent, .authorized = true},
         "lost waited 401 renewed 403 no",
         "authorize send wait authorize send renew authorize send refuse fail",
         true,
         2},
    });
}

TEST_CASE("call: B1, what an earlier attempt has done is a success, which says so", "[http][call][B1]") {
    check({
        {"after a loss", idempotent, "lost waited 404 done fits", "send wait send refuse replayed finish", true, 2},
        {"after a 500", idempotent, "500 no waited 404 done fits", "send refuse wait send refuse replayed finish", true,
         2},
        {"after a text that is cut off", idempotent, "200 cut waited 404 done fits",
         "send read wait send refuse replayed finish", true, 2},
        {"not after nothing", idempotent, "404 done", "send refuse fail"},
        {"not after what never left", idempotent, "unreachable waited 404 done", "send wait send refuse fail", false,
         2},
        {"not after a pause that was asked for", idempotent, "429 no waited 404 done",
         "send refuse wait send refuse fail", false, 2},
        {"and is not asked for again", idempotent, "lost waited 404 done cut", "send wait send refuse replayed fail",
         true, 2},
    });
}

TEST_CASE("call: B2, what must not be repeated unseen asks for a connection of its own", "[http][call][B2]") {
    NoRetry const none;
    auto const asks = [&](CallTerms const& terms) { return CallMachine(terms, none).needs_fresh_connection(); };
    for (CallTerms const& unseen : {create, grant, never}) CHECK(asks(unseen));
    for (CallTerms const& any : {lookup, keyed, idempotent}) CHECK_FALSE(asks(any));
    CHECK(asks({.retry_as = RetryClass::never}));
}

TEST_CASE("call: B3, a grant is sent once more at most after an attempt that may have been answered",
          "[http][call][B3]") {
    check({
        {"lost once", grant, "lost waited 200 fits", "send wait send read finish", true, 2},
        {"lost twice", grant, "lost waited lost", "send wait send fail", true, 2},
        {"lost, then no time for it", grant, "lost waited 503 no", "send wait send refuse fail", true, 2},
        {"never left, then lost, then never left", grant, "unreachable waited lost waited unreachable waited 200 fits",
         "send wait send wait send wait send read finish", true, 4},
        {"no time for it, twice", grant, "503 no waited 503 no waited 200 fits",
         "send refuse wait send refuse wait send read finish", true, 3},
        {"answered in part", grant, "200 cut", "send read fail", true},
        {"refused", grant, "400 no", "send refuse fail"},
    });
}

TEST_CASE("call: B4, the policy is told of each attempt, and of the success", "[http][call][B4]") {
    std::vector<Attempt> asked, successes;
    Patient const patient{.wait = 1s, .asked = &asked, .successes = &successes};
    auto const played = play({.retry_class = RetryClass::keyed, .authorized = true, .deadline = start + 100s}, patient,
                             "lost waited 429 no waited 401 renewed 502 settled waited 200 cut waited 200 fits");
    CHECK(played.attempts == 5);
    REQUIRE(asked.size() == 4);
    std::vector<int> numbers, statuses;
    for (Attempt const& attempt : asked) {
        CHECK(attempt.retry_class == RetryClass::keyed);
        CHECK((attempt.response == nullptr) != (attempt.error == nullptr));
        numbers.push_back(attempt.number);
        statuses.push_back(attempt.previous_status);
    }
    CHECK(numbers == std::vector{1, 2, 3, 4});
    CHECK(statuses == std::vector{0, 0, 429, 502});  // a credential that was renewed is no attempt
    CHECK(asked[0].error != nullptr);
    CHECK(asked[2].settled);
    CHECK_FALSE(asked[3].settled);
    CHECK(asked[3].undecodable);
    // 10 ms are kept for the attempt itself
    for (std::size_t i = 0; i != asked.size(); ++i)
        CHECK(std::abs(asked[i].time_left.count() - (99.99 - static_cast<double>(i))) < 1e-6);
    REQUIRE(successes.size() == 1);
    CHECK(successes[0].number == 5);
    CHECK(successes[0].previous_status == 200);
    CHECK_FALSE(successes[0].undecodable);

    // what an attempt before has done is no success of the service
    successes.clear();
    (void)play(idempotent, patient, "lost waited 404 done fits");
    CHECK(successes.empty());
    // an empty budget ends the call
    DefaultRetry const poor{.base = 0s};
    (void)poor.budget->take(RetryBudget::capacity);
    CHECK(play(lookup, poor, "503 no").steps == "send refuse fail");
    CHECK(play(lookup, NoRetry{}, "503 no").steps == "send refuse fail");
}

TEST_CASE("call: B5 and B6, a wait is begun only if an attempt has time after it", "[http][call][B5][B6]") {
    using Seconds = std::chrono::duration<double>;
    auto const first = [](Seconds wait, http::Clock::time_point deadline) {
        Patient const patient{.wait = wait};
        CallMachine machine({.deadline = deadline}, patient);
        (void)machine.answered({.status = 503});
        return machine.refused({.status = 503}, {}, start);
    };
    Step const waits = first(2s, start + 10s);
    CHECK(waits.kind == Step::Kind::wait);
    CHECK(waits.until == start + 2s);
    CHECK(waits.next_attempt_in == Seconds(2));
    CHECK(waits.ends_attempt());
    CHECK(first(-1s, start + 10s).until == start);
    CHECK(first(0s, start + 11ms).kind == Step::Kind::wait);
    for (auto const& [wait, deadline] : std::vector<std::pair<Seconds, http::Clock::time_point>>{
             {10s, start + 10s},
             {9995ms, start + 10s},
             {0s, start + 10ms},
             {0s, start},
             {0s, start - 1h},
             {0s, http::Clock::time_point::min()},
             {Seconds(std::numeric_limits<double>::infinity()), http::Clock::time_point::max()},
             {Seconds(std::numeric_limits<double>::quiet_NaN()), start + 10s}}) {
        INFO(wait.count());
        CHECK(first(wait, deadline).kind == Step::Kind::fail);
    }
    CHECK(first(1h, http::Clock::time_point::max()).until == start + 1h);
}

TEST_CASE("call: B7, who cancels between two attempts is told whether anything may have been done",
          "[http][call][B7]") {
    CHECK(play(idempotent, "unreachable cancelled").steps == "send wait cancel");
    CHECK(play(idempotent, "unreachable cancelled").sent == NetworkError::Sent::no);
    CHECK(play(create, "429 no cancelled").sent == NetworkError::Sent::no);
    CHECK(play(idempotent, "lost cancelled").sent == NetworkError::Sent::yes);
    CHECK(play(idempotent, "503 no cancelled").unknown);
    CHECK(play(idempotent, "lost waited 429 no cancelled").sent == NetworkError::Sent::yes);
}

TEST_CASE("call: B8, what would come out alike is tried once", "[http][call][B8]") {
    for (char const* came : {"untrusted", "too-large"}) CHECK(play(lookup, came).steps == "send fail");
    for (int const status : {400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 415, 418, 422, 451, 501, 505})
        CHECK(play(lookup, std::to_string(status) + " no").steps == "send refuse fail");
    CHECK(play(lookup, "200 page").steps == "send read fail");
}

TEST_CASE("call: B9, whatever comes, it ends within the attempts that there are", "[http][call][B9]") {
    std::vector<std::string> const ends{"lost", "silent", "unreachable", "503 no", "429 no", "502 no", "200 cut"};
    for (std::string const& a : ends)
        for (std::string const& b : ends)
            for (std::string const& c : ends)
                for (std::string const& d : ends) {
                    Played const played = play(idempotent, a + " waited " + b + " waited " + c + " waited " + d);
                    if (played.attempts != 4) CHECK(played.attempts == 4);
                    if (!played.steps.ends_with(" fail")) CHECK(played.steps == "... fail");
                    bool may_be_done = false;
                    for (std::string const& one : {a, b, c, d})
                        may_be_done = may_be_done || (one != "unreachable" && one != "429 no");
                    if (played.unknown != may_be_done) CHECK(played.unknown == may_be_done);
                }
}
