#include "atna/exporter.h"

#include "atna/receiver.h"
#include "codec/syslog/syslog_message.h"
#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <algorithm>

#include <unistd.h>

namespace musubi::atna {
namespace {

constexpr int kPage = 500;
constexpr std::chrono::milliseconds kLastPatience{2'000};  // while the node stops

std::string label(ExportDestination const& destination) {
    return "destination=\"" + destination.to.name + "\"";
}

}  // namespace

Exporter::Exporter(pg::Pool& pool, EntrySealer const& sealer, core::SyslogPeerPort& peers,
                   ExportDestination destination, ExporterSettings settings)
    : pool_(pool),
      sealer_(sealer),
      peers_(peers),
      destination_(std::move(destination)),
      settings_(std::move(settings)),
      lag_(gauge("atna_export_lag_records", label(destination_))),
      sent_(counter("atna_export_sent_total", label(destination_))),
      failures_(counter("atna_export_failures_total", label(destination_))),
      unproven_(counter("atna_export_unproven_total", label(destination_))),
      good_since_(std::chrono::steady_clock::now()) {}

Exporter::~Exporter() { stop(); }

void Exporter::start() {
    thread_ = std::thread([this] { run(); });
}

void Exporter::stop() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (!thread_.joinable()) return;
    {
        // A receiver that stalls must not hold the node.
        std::unique_lock lock(mutex_);
        if (!wake_.wait_for(lock, 2 * kLastPatience, [&] { return ended_; })) give_up_ = true;
    }
    thread_.join();
}

/// False when it is time to stop.
bool Exporter::rest(std::chrono::milliseconds pause) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, pause, [&] { return stopping_; });
}

void Exporter::run() {
    work();
    std::lock_guard const lock(mutex_);
    ended_ = true;
    wake_.notify_all();
}

/// What was sealed while the node stopped, its own end among it.
void Exporter::send_the_last() {
    auto const end = std::chrono::steady_clock::now() + kLastPatience;
    while (!failing_ && std::chrono::steady_clock::now() < end) {
        auto const sent = turn();
        if (!sent || !*sent) break;
    }
    if (line_) static_cast<void>(confirm());
    line_.reset();
}

void Exporter::work() {
    auto pause = settings_.first_pause;
    for (bool going = true; going;) {
        bool sent = false;
        Status done;
        try {
            auto turned = turn();
            if (turned)
                sent = *turned;
            else
                done = turned.error();
            if (done && line_ && due(std::chrono::steady_clock::now())) done = confirm();
        } catch (std::exception const&) {
            done = Error(Code::kInternal, "exception while sending the audit trail");
        }
        note(done.ok());
        if (done) {
            pause = settings_.first_pause;
            going = rest(sent ? std::chrono::milliseconds(0) : settings_.poll);
            continue;
        }
        failures_.add();
        if (!failing_) {
            log_warning("atna.export_failed",
                        {{"destination", name()}, {"why", done.error().detail}});
        }
        failing_ = true;
        start_over();
        going = rest(pause);
        pause = std::min(pause * 2, settings_.longest_pause);
    }
    try {
        send_the_last();
    } catch (std::exception const&) {
        log_warning("atna.export_not_finished", {{"destination", name()}});
    }
}

void Exporter::note(bool good) {
    auto const now = std::chrono::steady_clock::now();
    if (good) good_since_ = now;
    behind_ = now - good_since_ > settings_.alarm_after;
    if (good && failing_) {
        failing_ = false;
        log_info("atna.export_resumed", {{"destination", name()}});
    }
}

void Exporter::start_over() {
    line_.reset();
    written_ = confirmed_;
}

bool Exporter::due(SteadyTime now) const {
    if (written_ == confirmed_) return false;
    return written_ - confirmed_ >= settings_.confirm_records ||
           now - first_unconfirmed_ >= settings_.confirm_after;
}

Status Exporter::begin() {
    if (begun_) return {};
    confirmed_ = TRY(pool_.read([&](pg::ReadTx& tx) { return store::export_cursor(tx, name()); }));
    written_ = confirmed_;
    begun_ = true;
    return {};
}

Result<bool> Exporter::turn() {
    TRY(begin());
    auto const newest = TRY(pool_.read([](pg::ReadTx& tx) { return store::newest_seq(tx); }));
    lag_.set(newest - confirmed_);
    if (newest <= written_) return false;
    auto const page =
        TRY(pool_.read([&](pg::ReadTx& tx) { return store::export_page(tx, written_, kPage); }));
    if (page.empty()) return false;
    TRY(send_page(page));
    return true;
}

Status Exporter::send_page(std::vector<store::ExportRow> const& page) {
    auto const lines = lines_of(page);
    if (!lines.empty()) {
        if (!line_) line_ = TRY(peers_.open(destination_.to, give_up_));
        TRY(FAULT("atna.export_before_send"));
        TRY(line_->send(lines));
        sent_.add(lines.size());
    }
    if (written_ == confirmed_) first_unconfirmed_ = std::chrono::steady_clock::now();
    written_ = page.back().seq;
    // Nothing is under way: what was passed over needs no proof.
    if (!line_) return confirm();
    // A datagram is gone: there is nothing to wait for.
    return destination_.to.tls ? Status() : confirm();
}

std::vector<std::string> Exporter::lines_of(std::vector<store::ExportRow> const& page) const {
    syslog::Header header;
    header.host = settings_.host_name;
    header.application = "musubi";
    header.process_id = std::to_string(::getpid());
    auto const mark = destination_.byte_order_mark ? syslog::ByteOrderMark::kWritten
                                                   : syslog::ByteOrderMark::kNone;
    std::vector<std::string> lines;
    for (auto const& row : page) {
        bool const received = row.trace.starts_with(kReceivedTrace);
        bool const wanted = destination_.what == ExportedRecords::kAll ||
                            received == (destination_.what == ExportedRecords::kReceived);
        if (!wanted) continue;
        auto entry = sealer_.open(row.id, row.sealed);
        if (!entry) {
            // Stopping for ever at one damaged record would keep all later ones from arriving.
            counter("atna_export_unreadable_total").add();
            log_error("atna.export_unreadable", {{"seq", std::to_string(row.seq)}});
            continue;
        }
        // A datagram without an octet: octet counting has no frame for it (RFC 5425 4.3).
        if (entry->message.empty()) continue;
        header.time = row.time;
        lines.push_back(received ? std::move(entry->message)
                                 : syslog::write(header, entry->message, mark));
    }
    return lines;
}

Status Exporter::confirm() {
    if (line_) {
        bool stopping = false;
        {
            std::lock_guard const lock(mutex_);
            stopping = stopping_;
        }
        auto const delivery =
            line_->finish(stopping ? std::min(kLastPatience, settings_.finish_patience)
                                   : settings_.finish_patience);
        line_.reset();
        if (!delivery) return delivery.error();
        if (destination_.to.tls && *delivery == core::SyslogLine::Delivery::kUnproven) {
            // Sending it all again for ever would help nobody.
            unproven_.add();
            log_warning("atna.export_unproven", {{"destination", name()}});
        }
    }
    TRY(FAULT("atna.export_before_cursor"));
    TRY(pool_.run([&](pg::Tx& tx) -> Status {
        store::queue_advance_cursor(tx, name(), written_);
        return {};
    }));
    lag_.add(confirmed_ - written_);
    confirmed_ = written_;
    return {};
}

}  // namespace musubi::atna
