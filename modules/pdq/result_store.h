#pragma once
// What is kept between the pages of an answer (ITI TF-2 3.21.4.1.2.4, 3.47.4.2): the regional ids
// of the persons found, in order, and the question, sealed. No demographics: each page is searched
// and decided about anew. In memory, bounded, forgotten after a time; a restart forgets all, and
// askers begin again. Thread-safe.

#include "platform/base/bytes.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"

#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace musubi::pdq {

/// Whose result it is: nobody else's pointer is known.
struct ResultKey {
    std::string member;  ///< code
    std::string tag;     ///< QPD-2, or the query id of version 3
    bool operator==(ResultKey const&) const = default;
};

struct KeptResult {
    std::vector<std::string> patients;  ///< regional ids (CX)
    Bytes question_digest;  ///< of the question as sent: the same pointer with another is unknown
    std::string
        question;  ///< version 3 only: the query element, for the pages that do not repeat it
    std::size_t next = 0;        ///< first person not yet delivered
    std::string last_message;    ///< which message got the last page,
    std::size_t last_start = 0;  ///< and where that began: the same message gets it again
};

class ResultStore {
public:
    struct Limits {
        std::size_t per_member = 20;
        std::size_t in_total = 1000;
        std::chrono::milliseconds lifetime{600'000};  ///< since the last page
    };
    /// Seals and opens a question of one member.
    struct Sealing {
        std::function<Result<Bytes>(std::string const& member, std::string const& plain)> seal;
        std::function<Result<std::string>(std::string const& member, Bytes const& sealed)> open;
    };
    ResultStore(Clock const& clock, IdSource& ids, Sealing sealing, Limits limits);

    /// The handle by which it is found again. The member's oldest result makes room, then
    /// anybody's.
    Result<std::string> keep(ResultKey const& key, KeptResult result);
    /// kNotFound: never kept, cancelled, forgotten, or somebody else's. An empty handle: the latest
    /// of this key.
    Result<KeptResult> find(ResultKey const& key, std::string const& handle);
    /// Remembers which page went out; nothing when the result is gone.
    void delivered(ResultKey const& key, std::string const& message, std::size_t start,
                   std::size_t next);
    void cancel(ResultKey const& key);
    std::size_t size();

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Entry {
        ResultKey key;
        std::string handle;
        KeptResult result;  ///< without the question
        Bytes sealed;
        Time used;
    };
    using Entries = std::list<Entry>;
    void forget_old(Time now);
    Entries::iterator locate(ResultKey const& key, std::string const& handle);

    Clock const& clock_;
    IdSource& ids_;
    Sealing const sealing_;
    Limits const limits_;
    std::mutex mutex_;
    Entries entries_;  ///< least recently used first
};

}  // namespace musubi::pdq
