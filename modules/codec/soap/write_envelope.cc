#include "codec/soap/write_envelope.h"

#include "codec/soap/names.h"
#include "platform/xml/writer.h"

namespace musubi::soap {
namespace {

constexpr std::size_t kEnvelopeRoom = 1024;

void start_envelope(xml::Writer& w, std::string_view action) {
    w.declaration()
        .start("env:Envelope")
        .attribute("xmlns:env", kSoap12)
        .attribute("xmlns:wsa", kWsa);
    w.start("env:Header");
    // IHE-WSA101: mustUnderstand on the action of requests and answers.
    w.start("wsa:Action").attribute("env:mustUnderstand", "1").text(action).end();
}

void optional_header(xml::Writer& w, std::string_view name, std::string_view value) {
    if (!value.empty()) w.element(name, value);
}

std::string finish(xml::Writer& w, std::string_view payload) {
    w.end();  // the header
    w.start("env:Body").raw(payload);
    return w.take();
}

}  // namespace

std::string write_envelope(ReplyHeaders const& headers, std::string_view payload) {
    xml::Writer w(payload.size() + kEnvelopeRoom);
    start_envelope(w, headers.action);
    optional_header(w, "wsa:MessageID", headers.message_id);
    optional_header(w, "wsa:RelatesTo", headers.relates_to);
    optional_header(w, "wsa:To", headers.to);
    w.raw(headers.more);
    return finish(w, payload);
}

std::string write_request(RequestHeaders const& headers, std::string_view payload) {
    xml::Writer w(payload.size() + headers.security.size() + kEnvelopeRoom);
    start_envelope(w, headers.action);
    optional_header(w, "wsa:MessageID", headers.message_id);
    // IHE-WSA102: the initiator always says where the answer goes.
    w.start("wsa:ReplyTo");
    w.element("wsa:Address",
              headers.reply_to.empty() ? kAnonymous : std::string_view(headers.reply_to));
    w.end();
    optional_header(w, "wsa:To", headers.to);
    w.raw(headers.security);
    w.raw(headers.more);
    return finish(w, payload);
}

}  // namespace musubi::soap
