#pragma once
// Writes SOAP 1.2 envelopes round a ready payload (ITI TF-2 Appendix V.3). Pure functions,
// thread-safe.
//
// `payload` is one well-formed element with all its namespace declarations and no XML declaration.
// The envelope declares only the prefixes env and wsa.

#include <string>
#include <string_view>

namespace musubi::soap {

struct ReplyHeaders {
    std::string action;
    std::string
        relates_to;  ///< MessageID of the request; empty: not written (the request had none)
    std::string message_id;  ///< urn:uuid:...; empty: not written
    std::string to;          ///< empty: not written; the ReplyTo address of an asynchronous request
    std::string more = {};   ///< further headers, ready, each with its declarations
};
std::string write_envelope(ReplyHeaders const& headers, std::string_view payload);

struct RequestHeaders {
    std::string action;
    std::string message_id;  ///< urn:uuid:..., unique
    std::string to;          ///< URL of the endpoint
    std::string reply_to;    ///< empty: anonymous, that is a synchronous answer
    std::string security;    ///< a ready wsse:Security header, or empty
    std::string more = {};   ///< further headers, ready, each with its declarations
};
std::string write_request(RequestHeaders const& headers, std::string_view payload);

}  // namespace musubi::soap
