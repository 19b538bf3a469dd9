// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_SUBMISSIONS_HPP
#define GLOBUS_SERVICES_TRANSFER_SUBMISSIONS_HPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/response.hpp>
#include <globus/services/transfer/answers.hpp>
#include <globus/services/transfer/payloads.hpp>

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

// Submitting a transfer that is too large for one task.

namespace globus::transfer {

/**
 * The submissions of a transfer's parts, one after the other: an input range.
 *
 *     for (auto const& accepted : client.submit_all(std::move(data), 10000)) remember(*accepted->task_id);
 *
 * A part is submitted when the loop comes to it, exactly once, as by submit_transfer. A call that fails throws out of
 * the loop; begin() on the same object goes on with the part that failed, under the same submission id.
 *
 * @tparam C  the client; when it is destroyed, the walk ends at the next part with NetworkError (cancelled)
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: unsafe, because walking changes them.
 */
template <class C>
class Submissions {
public:
    /// It sends nothing before the first begin(). `options` apply to each part.
    Submissions(C const& client, std::vector<TransferData> parts, CallOptions options)
        : client_(client), parts_(std::move(parts)), options_(std::move(options)) {}

    /// An iterator stands at the answer to one part; advancing it submits the next part.
    class Iterator {
    public:
        using value_type = Response<SubmissionResult>;
        using difference_type = std::ptrdiff_t;

        /// @throws  what submit_transfer throws, as operator++ does
        explicit Iterator(Submissions& walk) : walk_(&walk) { walk.submit(); }
        [[nodiscard]] value_type const& operator*() const { return *walk_->accepted_; }
        [[nodiscard]] value_type const* operator->() const { return &*walk_->accepted_; }
        Iterator& operator++() {
            walk_->accepted_.reset();
            ++walk_->next_;
            walk_->submit();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(std::default_sentinel_t) const { return !walk_->accepted_; }

    private:
        Submissions* walk_;
    };

    [[nodiscard]] Iterator begin() { return Iterator(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

    /// All parts; those that were submitted, or whose submission failed, have their submission ids.
    [[nodiscard]] std::vector<TransferData> const& parts() const noexcept { return parts_; }

private:
    /// Submits the next part, unless its answer is there already.
    void submit() {
        if (accepted_ || next_ == parts_.size()) return;
        accepted_ = client_.call(options_, [this](C const& client, CallOptions const& options) {
            return client.submit_transfer(parts_[next_], options);
        });
    }

    detail::ClientOfRange<C> client_;
    std::vector<TransferData> parts_;
    CallOptions options_;
    std::size_t next_ = 0;
    std::optional<Response<SubmissionResult>> accepted_;
};

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_SUBMISSIONS_HPP
