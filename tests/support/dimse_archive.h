#pragma once
// An archive (PACS) that speaks DIMSE on a port of its own, and fails and lies on request. Written
// apart from the library that the node speaks it with.

#include "support/dicom_files.h"
#include "support/dimse_wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <list>
#include <set>

namespace musubi::test {

class DimseArchive {
public:
    /// Null: in the clear.
    explicit DimseArchive(std::shared_ptr<net::TlsContext> tls = nullptr) : tls_(std::move(tls)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        ::listen(listener_, 64);
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    ~DimseArchive() {
        stop_ = true;
        acceptor_.join();
        for (std::thread& one : threads_) one.join();
        ::close(listener_);
    }

    std::uint16_t port() const { return port_; }
    /// What it does from the next request on: good, refuse, mute, hang, abort, cut, silent, other,
    /// no-context, failed, busy, lie, garbage, oversize, odd, once (one request an association),
    /// release-early.
    void behave(std::string const& mode) {
        std::lock_guard const lock(mutex_);
        mode_ = mode;
    }
    /// Several of one instance: in the transfer syntaxes that it can send, the stored one first.
    void hold(ImageFile const& image) {
        std::string const file = image_file(image);
        std::lock_guard const lock(mutex_);
        objects_.push_back({image.instance, image.sop_class, image.transfer_syntax,
                            file.substr(144 + number_at(file, 140, 4, false))});
    }
    /// Where C-MOVE sends to, whatever its name.
    void deliver_to(std::uint16_t port, std::shared_ptr<net::TlsContext> tls = nullptr) {
        delivery_port_ = port;
        delivery_tls_ = std::move(tls);
    }

    /// Its AE title when it delivers.
    void call_itself(std::string title) { title_ = std::move(title); }

    int associations() const { return associations_; }
    int most_at_once() const { return most_at_once_; }
    int releases() const { return releases_; }
    std::vector<std::string> asked() const {
        std::lock_guard const lock(mutex_);
        return asked_;
    }
    /// What was proposed last: "class syntax".
    std::set<std::string> proposed() const {
        std::lock_guard const lock(mutex_);
        return proposed_;
    }

private:
    struct Object {
        std::string instance, sop_class, syntax, data;
    };

    void accept_all() {
        while (!stop_) {
            pollfd entry{listener_, POLLIN, 0};
            if (::poll(&entry, 1, 50) <= 0) continue;
            int const socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (socket < 0) continue;
            ++associations_;
            threads_.emplace_back([this, socket] {
                int const now = ++open_;
                for (int most = most_at_once_; now > most;)
                    if (most_at_once_.compare_exchange_weak(most, now)) break;
                WirePeer peer(std::make_unique<net::Channel>(socket), stop_);
                bool over = false;
                if (!tls_ || peer.shake_hands(*tls_, net::TlsSide::kServer)) over = serve(peer);
                if (!over) --open_;
            });
        }
    }
    std::string mode() const {
        std::lock_guard const lock(mutex_);
        return mode_;
    }

    /// True: it has been released, and is counted no longer.
    bool serve(WirePeer& peer) {
        auto const first = peer.pdu();
        if (!first || first->first != 1) return false;
        if (mode() == "mute") return peer.linger(), false;
        if (mode() == "garbage") {
            peer.send(pdu(2, std::string(300, 'x')));
            return peer.linger(), false;
        }
        if (mode() == "refuse") {
            peer.send(pdu(3, std::string{0, 1, 1, 3}));
            return peer.linger(), false;
        }
        WireAssociate const asked = read_associate(first->second);
        WireAssociate answer{asked.called, asked.calling, {}, asked.roles};
        std::set<std::string> proposed;
        std::map<std::string, int> contexts;
        for (WireContext const& one : asked.contexts) {
            bool const stores = one.abstract_syntax.find(".5.1.4.1.1.") != std::string::npos;
            bool const taken = !stores || mode() != "no-context";
            answer.contexts.push_back({one.id, "", {one.transfer_syntaxes.at(0)}, taken ? 0 : 3});
            if (stores) proposed.insert(one.abstract_syntax + " " + one.transfer_syntaxes.at(0));
            if (taken) contexts[one.abstract_syntax + " " + one.transfer_syntaxes.at(0)] = one.id;
        }
        {
            std::lock_guard const lock(mutex_);
            proposed_ = std::move(proposed);
        }
        if (!peer.send(associate_pdu(false, answer))) return false;
        while (auto const request = peer.message()) {
            if (!answer_to(peer, *request, contexts)) return peer.linger(), false;
        }
        if (peer.last() != 5) return false;
        ++releases_;
        --open_;  // before the answer, behind which the caller may open the next
        peer.send(pdu(6, std::string(4, '\0')));
        return true;
    }

    /// False: it does not go on.
    bool answer_to(WirePeer& peer, WireMessage const& request,
                   std::map<std::string, int> const& contexts) {
        std::string const mode = this->mode();
        std::string const instance = wire_value(request.data, 0x00080018);
        std::vector<Object> found;
        {
            std::lock_guard const lock(mutex_);
            if (request.field() != 0x0020) asked_.push_back(instance);
            for (Object const& one : objects_)
                if (one.instance == instance) found.push_back(one);
        }
        if (request.field() == 0x0020) return find(peer, request, !found.empty());
        if (mode == "hang") return false;
        if (mode == "release-early") return peer.send(pdu(5, std::string(4, '\0'))), false;
        if (mode == "failed") return respond(peer, request, 0xC000, 0, 1);
        if (mode == "busy") return respond(peer, request, 0xA701, 0, 1);
        if (mode == "lie") return respond(peer, request, 0, 1, 0);
        if (found.empty()) return respond(peer, request, 0, 0, 0);
        if (request.field() == 0x0021) {
            bool const done = deliver(request, found);
            return respond(peer, request, done ? 0 : 0xB000, done ? 1 : 0, done ? 0 : 1);
        }
        for (Object const& one : found) {
            auto const context = contexts.find(one.sop_class + " " + one.syntax);
            if (context == contexts.end()) continue;
            if (!store(peer, context->second, one, mode, request)) return false;
            respond(peer, request, 0xFF00, 1, 0);
            return respond(peer, request, 0, 1, 0) && mode != "once";
        }
        return respond(peer, request, 0xB000, 0, 1);
    }

    static bool find(WirePeer& peer, WireMessage const& request, bool there) {
        if (there) {
            WireCommand match;
            match.text(0x0002, wire_value(request.command, 0x00000002)).word(0x0100, 0x8020);
            match.word(0x0120, request.id()).word(0x0800, 1).word(0x0900, 0xFF00);
            peer.send(data_pdus(request.context, true, match.done()) +
                      data_pdus(request.context, false, request.data));
        }
        return respond(peer, request, 0, 0, 0);
    }

    static bool respond(WirePeer& peer, WireMessage const& to, std::size_t status,
                        std::size_t completed, std::size_t failed) {
        WireCommand command;
        command.text(0x0002, wire_value(to.command, 0x00000002)).word(0x0100, to.field() | 0x8000);
        command.word(0x0120, to.id()).word(0x0800, 0x0101).word(0x0900, status);
        command.word(0x1021, completed).word(0x1022, failed).word(0x1023, 0);
        return peer.send(data_pdus(to.context, true, command.done()));
    }

    static bool store(WirePeer& peer, int context, Object const& object, std::string const& mode,
                      WireMessage const& request) {
        WireCommand command;
        command.text(0x0002, object.sop_class).word(0x0100, 0x0001).word(0x0110, 7);
        command.word(0x0700, 0).word(0x0800, 1);
        command.text(0x1000, mode == "other" ? object.instance + ".66" : object.instance);
        if (request.field() == 0x0021) command.text(0x1030, "MUSUBI").word(0x1031, request.id());
        peer.send(data_pdus(context, true, command.done()));
        std::string const all = data_pdus(context, false, object.data);
        std::string const half = all.substr(0, all.size() / 2);
        if (mode == "abort")
            return peer.send(
                       data_pdus(context, false, object.data + object.data).substr(0, 16'012)),
                   peer.send(pdu(7, std::string(4, '\0'))), false;
        if (mode == "cut") return peer.send(half), peer.reset(), false;
        if (mode == "silent") return peer.send(half), false;
        if (mode == "oversize")
            return peer.send(std::string("\4\0", 2) + big_endian(1U << 30, 4) + half), false;
        if (mode == "odd") return peer.send(data_pdus(context, false, object.data, 999)), false;
        peer.send(all);
        auto const answer = peer.message();
        return answer && answer->field() == 0x8001 && wire_word(answer->command, 0x00000900) == 0;
    }

    /// An association of its own to the place that C-MOVE names.
    bool deliver(WireMessage const& request, std::vector<Object> const& found) {
        int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(delivery_port_);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bool const there =
            ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        ::fcntl(socket, F_SETFL, O_NONBLOCK);
        WirePeer peer(std::make_unique<net::Channel>(socket), stop_);
        if (!there) return false;
        if (delivery_tls_ && !peer.shake_hands(*delivery_tls_, net::TlsSide::kClient)) return false;
        WireAssociate ask{wire_value(request.command, 0x00000600), title_, {}, ""};
        for (Object const& one : found)
            ask.contexts.push_back(
                {static_cast<int>(ask.contexts.size()) * 2 + 1, one.sop_class, {one.syntax}, 0});
        peer.send(associate_pdu(true, ask));
        auto const answer = peer.pdu();
        if (!answer || answer->first != 2) return false;
        bool done = false;
        for (WireContext const& one : read_associate(answer->second).contexts) {
            if (one.result != 0) continue;
            done = store(peer, one.id, found.at(static_cast<std::size_t>(one.id) / 2), mode(),
                         request);
            break;
        }
        peer.send(pdu(5, std::string(4, '\0')));
        (void)peer.pdu();
        return done;
    }

    std::shared_ptr<net::TlsContext> const tls_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::string title_ = "ARCHIVE";  ///< set before it is asked for anything
    std::atomic<std::uint16_t> delivery_port_{0};
    std::shared_ptr<net::TlsContext> delivery_tls_;  ///< set before it is asked for anything
    std::atomic<bool> stop_{false};
    std::atomic<int> associations_{0}, open_{0}, most_at_once_{0}, releases_{0};
    mutable std::mutex mutex_;
    std::string mode_ = "good";       // guarded by mutex_
    std::vector<Object> objects_;     // guarded by mutex_
    std::vector<std::string> asked_;  // guarded by mutex_
    std::set<std::string> proposed_;  // guarded by mutex_
    std::list<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace musubi::test
