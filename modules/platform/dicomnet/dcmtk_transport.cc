#include "platform/dicomnet/dcmtk_transport.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmnet/assoc.h>
#include <dcmtk/dcmnet/dcmlayer.h>
#include <dcmtk/dcmnet/dcmtrans.h>

namespace musubi::dicomnet {
namespace {

/// DCMTK's end of a line. Never -1 with EINTR, on which DCMTK would try again for ever.
class Connection final : public DcmTransportConnection {
public:
    Connection(int socket, Wiring const& wiring)
        : DcmTransportConnection(socket), wiring_(wiring) {}
    ~Connection() override { finish(); }

    OFCondition serverSideHandshake() override { return EC_Normal; }
    OFCondition clientSideHandshake() override {
        if (wiring_.tls == nullptr) return EC_Normal;
        bool const done =
            wiring_.line->secure(*wiring_.tls, net::TlsSide::kClient, wiring_.server_name);
        return done ? EC_Normal : EC_IllegalCall;
    }
    OFCondition renegotiate(char const*) override { return EC_IllegalCall; }
    ssize_t read(void* into, size_t octets) override {
        return static_cast<ssize_t>(wiring_.line->read({static_cast<std::uint8_t*>(into), octets}));
    }
    ssize_t write(void* from, size_t octets) override {
        bool const done = wiring_.line->write({static_cast<char const*>(from), octets});
        return done ? static_cast<ssize_t>(octets) : 0;
    }
    void close() override { finish(); }
    void closeTransportConnection() override { finish(); }
    unsigned long getPeerCertificateLength() override { return 0; }
    unsigned long getPeerCertificate(void*, unsigned long) override { return 0; }
    OFBool networkDataAvailable(int seconds) override {
        return wiring_.line->wait(std::chrono::seconds(std::max(seconds, 0)));
    }
    OFBool isTransparentConnection() override { return OFFalse; }
    OFString& dumpConnectionParameters(OFString& text) override { return text; }

private:
    void finish() {
        if (finished_) return;
        finished_ = true;
        wiring_.line->finish();
        wiring_.line->stop(LineEnd::kStopped);
    }
    Wiring const wiring_;
    bool finished_ = false;
};

class Layer final : public DcmTransportLayer {
public:
    explicit Layer(Wiring wiring) : wiring_(std::move(wiring)) {}
    DcmTransportConnection* createConnection(DcmNativeSocketType socket, OFBool) override {
        if (!wiring_.line->connected()) wiring_.line->take(socket);
        return new Connection(socket, wiring_);
    }

private:
    Wiring const wiring_;
};

}  // namespace

void wire(T_ASC_Network& network, Wiring wiring) {
    ASC_setTransportLayer(&network, new Layer(std::move(wiring)), 1);
}

}  // namespace musubi::dicomnet
