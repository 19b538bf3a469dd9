// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_BLOCK_CACHE_IPP
#define GLOBUS_SERVICES_GCS_IMPL_BLOCK_CACHE_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/waiting.hpp>
#include <globus/services/gcs/block_cache.hpp>
#include <globus/services/gcs/files.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <stop_token>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL BlockCache::BlockCache(OpenFile const& how, std::uint64_t file_size)
    : block_(how.block != 0 ? how.block : std::uint64_t{64} << 10),
      ahead_(how.read_ahead),
      most_(static_cast<std::size_t>(how.memory / block_)),
      file_size_(file_size) {
    if (block_ < 512 || most_ < 2)
        throw UsageError("an open file keeps blocks of at least 512 bytes, and memory for two of them");
    ends_.fill(UINT64_MAX);
}

GLOBUS_DECL void BlockCache::read(std::uint64_t offset, std::span<std::byte> buffer, Fetch const& fetch,
                                  http::Clock::time_point deadline, std::stop_token const& stop) {
    std::uint64_t const wanted = buffer.size() + (goes_on(offset, offset + buffer.size()) ? ahead_ : 0);
    std::uint64_t const end = std::min(file_size_, offset + wanted);
    bool const too_large = buffer.size() > most_ / 2 * block_;
    while (!buffer.empty()) {
        Run run;
        auto const block = too_large ? nullptr : find_or_claim(offset, end, run, deadline, stop);
        if (block) {
            std::uint64_t const left = block_ - offset % block_;
            auto const part = buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer.size())));
            std::memcpy(part.data(), block->bytes.get() + offset % block_, part.size());
            offset += part.size();
            buffer = buffer.subspan(part.size());
        } else if (!run.blocks.empty()) {
            fetch_run(run, fetch);
        } else {
            return fetch(offset, buffer.size(), [&](std::uint64_t at, std::string_view piece) {
                std::memcpy(buffer.data() + (at - offset), piece.data(), piece.size());
            });
        }
    }
}

GLOBUS_DECL void BlockCache::clear() {
    std::lock_guard const lock(mutex_);
    for (std::uint64_t const number : order_) blocks_.erase(number);
    order_.clear();
}

GLOBUS_DECL std::shared_ptr<BlockCache::Block const> BlockCache::find_or_claim(std::uint64_t offset, std::uint64_t end,
                                                                               Run& run,
                                                                               http::Clock::time_point deadline,
                                                                               std::stop_token const& stop) {
    std::uint64_t const number = offset / block_;
    std::unique_lock lock(mutex_);
    for (;;) {
        auto const found = blocks_.find(number);
        if (found == blocks_.end()) {
            claim(number, (end - 1) / block_, run);
            return nullptr;
        }
        std::shared_ptr<Block> const block = found->second;
        if (block->ready) {
            order_.splice(order_.begin(), order_, block->place);
            return block;
        }
        auto const landed = [&] { return block->ready || !block->fetching.busy(); };
        Wait const call{"what another thread reads of the file", deadline, stop};
        if (!call.until(landed, block->fetching, landed_, lock)) call.end();
        if (block->ready) return block;  // even if it had to make room since
    }
}

GLOBUS_DECL void BlockCache::claim(std::uint64_t first, std::uint64_t last, Run& run) {
    run.first = first;
    run.blocks.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(last - first + 1, most_)));
    for (std::uint64_t number = first; number <= last && !blocks_.contains(number); ++number) try {
            if (blocks_.size() == most_) {
                if (order_.empty()) return;  // all that is there is on its way
                blocks_.erase(order_.back());
                order_.pop_back();
            }
            auto const size = static_cast<std::size_t>(std::min(block_, file_size_ - number * block_));
            auto const block = std::make_shared<Block>(size);
            block->fetching.begin();
            blocks_.emplace(number, block);
            run.blocks.push_back(block);
        } catch (std::bad_alloc const&) {
            if (run.blocks.empty()) throw;
            return;  // what was claimed is fetched
        }
}

GLOBUS_DECL void BlockCache::fetch_run(Run const& run, Fetch const& fetch) {
    std::uint64_t const begin = run.first * block_;
    std::uint64_t const end = std::min(file_size_, begin + run.blocks.size() * block_);
    auto const keep = [&](std::uint64_t at, std::string_view piece) {
        while (!piece.empty()) {
            std::uint64_t const number = at / block_, block_end = std::min(end, (number + 1) * block_);
            Block& block = *run.blocks[static_cast<std::size_t>(number - run.first)];
            std::string_view const part = piece.substr(0, static_cast<std::size_t>(block_end - at));
            std::memcpy(block.bytes.get() + at % block_, part.data(), part.size());
            piece.remove_prefix(part.size());
            at += part.size();
            if (at == block_end) publish(number, block);
        }
    };
    try {
        fetch(begin, end - begin, keep);
    } catch (...) {
        give_up(run);
        throw;
    }
}

GLOBUS_DECL void BlockCache::publish(std::uint64_t number, Block& block) {
    std::lock_guard const lock(mutex_);
    order_.push_front(number);
    block.place = order_.begin();
    block.ready = true;
    block.fetching.end();
    landed_.notify_all();
}

GLOBUS_DECL void BlockCache::give_up(Run const& run) {
    std::lock_guard const lock(mutex_);
    for (std::size_t i = 0; i != run.blocks.size(); ++i) {
        if (run.blocks[i]->ready) continue;
        run.blocks[i]->fetching.end();
        blocks_.erase(run.first + i);
    }
    landed_.notify_all();
}

GLOBUS_DECL bool BlockCache::goes_on(std::uint64_t offset, std::uint64_t end) {
    if (ahead_ == 0) return false;
    std::lock_guard const lock(mutex_);
    auto const before = std::find(ends_.begin(), ends_.end(), offset);
    bool const found = before != ends_.end();
    (found ? *before : ends_[next_end_++ % ends_.size()]) = end;
    return found;
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_BLOCK_CACHE_IPP
