// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <sqlite3.h>
#include <boost/json/serialize.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>
#include <support/temporary_directory.hpp>

#include <sys/resource.h>

#include <string>
#include <vector>

// Options::state: what a change costs depends on what it changes, not on what there is.

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

/// Seconds of the processor that this program had.
double processor_time() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto const seconds = [](timeval const& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// An index of its own, with entries that come one by one.
struct Index {
    explicit Index(sb::Server& server) : client(server) {
        client.token = server.user_token("search.api.globus.org");
        id = client.post("/v1/index", R"({"display_name": "many", "description": ""})").text("id");
    }
    int ingest(std::string const& subject, int value, std::string const& entry = "null") {
        return client
            .post("/v1/index/" + id + "/ingest",
                  R"({"ingest_type": "GMetaEntry", "ingest_data": {"visible_to": ["public"], "subject": ")" + subject +
                      R"(", "id": )" + entry + R"(, "content": {"value": )" + std::to_string(value) + "}}}")
            .status;
    }
    std::string counts() {
        auto const document = client.get("/v1/index/" + id).json();
        return json::serialize(document.at("num_entries")) + " of " + json::serialize(document.at("num_subjects"));
    }
    /// The values of all entries, in the order in which a search finds them.
    std::string values() {
        std::string out;
        auto const found = client.get("/v1/index/" + id + "/search?q=*&limit=100").json();
        for (auto const& subject : found.at("gmeta").as_array())
            for (auto const& entry : subject.at("entries").as_array())
                out += json::serialize(entry.at("content").at("value")) + " ";
        return out;
    }
    Client client;
    std::string id;
};

/// The rows that a database has of a kind of documents: their positions.
std::vector<int> rows(fs::path const& file, std::string const& kind) {
    std::vector<int> out;
    sqlite3* database = nullptr;
    sqlite3_open(file.c_str(), &database);
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database,
                       "SELECT position FROM records WHERE part = 0 AND name = 'documents' AND id = ?1 ORDER BY rowid",
                       -1, &statement, nullptr);
    sqlite3_bind_text(statement, 1, kind.c_str(), -1, SQLITE_TRANSIENT);
    while (sqlite3_step(statement) == SQLITE_ROW) out.push_back(sqlite3_column_int(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return out;
}

}  // namespace

TEST_CASE("sandbox state: the last of many entries costs what the first one costs", "[sandbox][state]") {
    TemporaryDirectory const scratch;
    sb::Options options;
    options.state = scratch.path();
    sb::Server server(options);
    Index index(server);
    std::vector<double> costs;
    int failed = 0;
    for (int part = 0; part < 8; ++part) {
        double const begin = processor_time();
        for (int i = 0; i < 500; ++i) failed += index.ingest("s" + std::to_string(part * 500 + i), i) != 200;
        costs.push_back(processor_time() - begin);
    }
    CHECK(failed == 0);
    CHECK(index.counts() == "4000 of 4000");
    // Were each entry compared or counted again, the last part would cost fifteen times as much.
    CHECK(costs.back() < 3 * costs.front());
}

TEST_CASE("sandbox state: documents keep their places and counts through changes and restarts", "[sandbox][state]") {
    TemporaryDirectory const scratch;
    sb::Options options;
    options.state = scratch.path() / "state";
    std::string id;
    {
        sb::Server server(options);
        Index index(server);
        id = index.id;
        for (int i = 1; i <= 5; ++i) CHECK(index.ingest("s" + std::to_string(i), i) == 200);
        CHECK(index.ingest("s5", 50, R"("second")") == 200);
        CHECK(index.ingest("s5\\n", 55) == 200);  // a subject that begins like another one
        CHECK(index.counts() == "7 of 6");
        CHECK(index.client.send("DELETE", "/v1/index/" + id + "/subject?subject=s3").status == 200);
        CHECK(index.client.send("DELETE", "/v1/index/" + id + "/entry?subject=s5&entry_id=second").status == 200);
        CHECK(index.ingest("s2", 20) == 200);  // comes anew, behind the others
        CHECK(index.counts() == "5 of 5");
        CHECK(index.values() == "1 4 5 55 20 ");
    }
    CHECK(rows(options.state / "sandbox.db", "entries." + id) == std::vector{0, 3, 4, 6, 7});
    sb::Server server(options);
    Index other(server);
    other.id = id;
    CHECK(other.values() == "1 4 5 55 20 ");
    CHECK(other.ingest("s6", 6) == 200);
    CHECK(other.counts() == "6 of 6");
    auto const batch =
        other.client.post("/v1/index/" + id + "/batch_delete_by_subject", R"({"subjects": ["s1", "s4", "nobody"]})");
    CHECK(batch.json().at("num_subjects_deleted").as_int64() == 2);
    CHECK(other.values() == "5 55 20 6 ");
    server.snapshot();
    CHECK(other.ingest("s7", 7) == 200);
    server.restore();
    CHECK(other.values() == "5 55 20 6 ");
    CHECK(other.ingest("s8", 8) == 200);
    CHECK(other.counts() == "5 of 5");
    CHECK(other.values() == "5 55 20 6 8 ");
}
