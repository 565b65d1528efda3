#pragma once
// ITI-21 and ITI-22 as a consumer sees them: message in, message out.

#include "codec/hl7v2/answer.h"
#include "codec/hl7v2/parse.h"
#include "pdq/v2_transaction.h"
#include "platform/base/text.h"
#include "unit/pdq/world.h"

#include <gtest/gtest.h>

namespace musubi::pdq {

struct V2World : test::World {
    ResultStore results{clock,
                        ids,
                        {[](std::string const&, std::string const& plain) -> Result<Bytes> {
                             return Bytes(plain.begin(), plain.end());
                         },
                         [](std::string const&, Bytes const& sealed) -> Result<std::string> {
                             return std::string(sealed.begin(), sealed.end());
                         }},
                        {2, 3, std::chrono::minutes(10)}};
    Deps deps{finder(), results, Settings{40, 20, {}, test::kHome, "Kita"}};
    core::Definition iti21 = core::define<Iti21>(deps);
    core::Definition iti22 = core::define<Iti22>(deps);

    static std::string header(std::string const& type, std::string const& control) {
        return "MSH|^~\\&|APP|KITA|MUSUBI|REGION|20260101120000||" + type + "|" + control +
               "|P|2.5\r";
    }
    static std::string query(std::string const& criteria = "@PID.5.1.1^YAMADA~@PID.8^M",
                             std::string const& domains = "", std::string const& rest = "RCP|I\r",
                             std::string const& control = "M1") {
        return header("QBP^Q22^QBP_Q21", control) + "QPD|IHE PDQ Query|T1|" + criteria + "|||||" +
               domains + "\r" + rest;
    }
    static std::string page(std::string const& pointer, int size = 2,
                            std::string const& control = "M2") {
        std::string rest = "RCP|I|" + std::to_string(size) + "^RD\r";
        if (!pointer.empty()) rest += "DSC|" + pointer + "|I\r";
        return query("@PID.5.1.1^YAMADA~@PID.8^M", "", rest, control);
    }
    static std::string cancel(std::string const& tag = "T1") {
        return header("QCN^J01^QCN_J01", "M9") + "QID|" + tag + "|IHE PDQ Query\r";
    }

    std::string send(std::string const& text, std::string const& member = "hospital-kita") {
        auto message = hl7v2::parse(as_bytes(text));
        EXPECT_TRUE(message.ok());
        hl7v2::Incoming const incoming{*message, hl7v2::read_header(*message), as_bytes(text)};
        bool const visits = incoming.header.trigger == "ZV1";
        core::Outbound const out = ask(visits ? iti22 : iti21, incoming, member);
        hl7v2::Outgoing const reply = out.fault ? hl7v2::Outgoing{*out.fault}
                                                : std::any_cast<hl7v2::Outgoing const&>(out.reply);
        hl7v2::AckSeal seal;
        seal.application = "MUSUBI";
        seal.facility = "REGION";
        seal.control_id = "A1";
        seal.time = "20260101120001";
        return std::string(as_text(hl7v2::write_answer(incoming, seal, reply).bytes));
    }
};

/// The segments of that name, in order.
inline std::vector<std::string> segments(std::string const& answer, std::string_view name) {
    std::vector<std::string> out;
    for (std::string_view const line : split(answer, '\r')) {
        if (line.starts_with(name)) out.emplace_back(line);
    }
    return out;
}
inline std::string segment(std::string const& answer, std::string_view name) {
    auto const found = segments(answer, name);
    return found.empty() ? "" : found.front();
}
inline std::string field(std::string const& segment, std::size_t number) {
    auto const parts = split(segment, '|');
    return number < parts.size() ? std::string(parts[number]) : "";
}
/// MSA-1 and QAK-2.
inline std::string outcome(std::string const& answer) {
    return field(segment(answer, "MSA"), 1) + "/" + field(segment(answer, "QAK"), 2);
}
inline std::string pointer(std::string const& answer) { return field(segment(answer, "DSC"), 1); }
/// PID-3 of each person.
inline std::vector<std::string> told(std::string const& answer) {
    std::vector<std::string> out;
    for (auto const& pid : segments(answer, "PID")) out.push_back(field(pid, 3));
    return out;
}

}  // namespace musubi::pdq
