#pragma once
// An archive (PACS) of a test's own in the place of the network: answers as it is told, and keeps
// what it was asked. Thread-safe once set up.

#include "core/fetch_port.h"
#include "imaging/image_fetch.h"
#include "support/dicom_files.h"

#include <atomic>
#include <map>
#include <mutex>

namespace musubi::imaging {

class Archive final : public core::FetchPort {
public:
    struct Answer {
        int status = 200;
        std::string content_type = "multipart/related; type=\"application/dicom\"; boundary=B";
        std::string body;
        Status end = {};  ///< what becomes of the call behind the body
        std::vector<core::HttpHeader> headers = {};
    };
    /// By SOP instance, or by series for all of it; or by it, a blank and the syntax.
    std::map<std::string, Answer> answers;
    std::atomic<bool> away{false};  ///< nobody answers
    std::size_t slice = 1000;       ///< octets handed on at a time
    std::function<void(core::FetchCall const&)> before = {};

    static std::string package(std::string const& file) {
        return "--B\r\nContent-Type: application/dicom\r\n\r\n" + file + "\r\n--B--\r\n";
    }
    void hold(test::ImageFile const& image) {
        answers[image.instance].body = package(test::image_file(image));
    }

    Status get(core::FetchCall const& call, core::FetchReader& reader) override {
        std::string const instance = call.url.substr(call.url.rfind('/') + 1);
        std::string syntax;
        for (auto const& header : call.headers) {
            if (header.name == "Accept") syntax = header.value.substr(header.value.rfind('=') + 1);
        }
        Answer answer;
        {
            std::lock_guard const lock(mutex_);
            asked_.push_back(instance + " " + syntax);
            auto found = answers.find(instance + " " + syntax);
            if (found == answers.end() && syntax == "*") found = answers.find(instance);
            if (found != answers.end())
                answer = found->second;
            else
                answer.status = syntax == "*" ? 404 : 406;
        }
        if (before) before(call);
        if (away) return Error(Code::kPeerUnavailable, "refused");
        core::PeerReply head;
        head.status = answer.status;
        head.headers = answer.headers;
        head.headers.push_back({"Content-Type", answer.content_type});
        TRY(reader.head(head));
        for (std::size_t at = 0; at < answer.body.size(); at += slice)
            TRY(reader.body(
                as_bytes(answer.body).subspan(at, std::min(slice, answer.body.size() - at))));
        return answer.end;
    }
    std::vector<std::string> asked() const {
        std::lock_guard const lock(mutex_);
        return asked_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> asked_;
};

}  // namespace musubi::imaging
