// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_BLOCK_CACHE_HPP
#define GLOBUS_SERVICES_GCS_BLOCK_CACHE_HPP

#include <globus/core/config.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/waiting.hpp>
#include <globus/services/gcs/files.hpp>

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

namespace globus::detail {

/**
 * The blocks of one version of a file that were read of late.
 *
 * A block that several threads want is asked for once; blocks that are missing side by side are one request. Those that
 * were not wanted for the longest time go first; those that are on their way stay.
 *
 * @par Thread safety
 * Any function may be called from any thread.
 */
class BlockCache {
public:
    /// Takes bytes at a place of the file.
    using Keep = std::function<void(std::uint64_t, std::string_view)>;
    /// Reads a part of the file, from its first byte to its last: `fetch(first, size, keep)`.
    using Fetch = std::function<void(std::uint64_t, std::uint64_t, Keep const&)>;

    /// @throws UsageError  for sizes that do not go together
    BlockCache(OpenFile const& how, std::uint64_t file_size);

    /// Fills a buffer with what is at a place of the file. All of it is within the file.
    /// @param deadline, stop  how long to wait for what another thread fetches
    /// @throws what `fetch` throws; NetworkError if the wait has to end
    void read(std::uint64_t offset, std::span<std::byte> buffer, Fetch const& fetch, http::Clock::time_point deadline,
              std::stop_token const& stop);
    /// Forgets what was read.
    void clear();

private:
    struct Block {
        explicit Block(std::size_t size) : bytes(std::make_unique<std::byte[]>(size)) {}
        std::unique_ptr<std::byte[]> const bytes;
        Doer fetching;
        bool ready = false;                        ///< its bytes are there, and do not change any more
        std::list<std::uint64_t>::iterator place;  ///< in `order_`, if it is ready
    };
    using Blocks = std::map<std::uint64_t, std::shared_ptr<Block>>;  // by their number
    /// Blocks side by side that this thread is to fetch.
    struct Run {
        std::uint64_t first = 0;  ///< the number of the first one
        std::vector<std::shared_ptr<Block>> blocks = {};
    };

    /// The block of a byte. Null: it is the first of `run`, or, if that is empty, there is no room for it.
    /// @param end  of the bytes that are wanted
    std::shared_ptr<Block const> find_or_claim(std::uint64_t offset, std::uint64_t end, Run& run,
                                               http::Clock::time_point deadline, std::stop_token const& stop);
    /// Claims the blocks that are missing from `first` to `last`, as far as there is room.
    void claim(std::uint64_t first, std::uint64_t last, Run& run);
    void fetch_run(Run const& run, Fetch const& fetch);
    void publish(std::uint64_t number, Block& block);
    void give_up(Run const& run);
    /// True if a read begins where another one ended.
    bool goes_on(std::uint64_t offset, std::uint64_t end);

    std::uint64_t const block_;
    std::uint64_t const ahead_;
    std::size_t const most_;  ///< blocks
    std::uint64_t const file_size_;
    std::mutex mutex_;  ///< of what follows
    std::condition_variable_any landed_;
    Blocks blocks_;
    std::list<std::uint64_t> order_;        ///< of the blocks that are there: the one that was wanted last is the first
    std::array<std::uint64_t, 32> ends_{};  ///< of the latest reads
    std::size_t next_end_ = 0;
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/block_cache.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_BLOCK_CACHE_HPP
