#include <gtest/gtest.h>

#include "platform/base/pem.h"

namespace musubi {
namespace {

std::string block(std::string const& body) {
    return "-----BEGIN CERTIFICATE-----" + body + "-----END CERTIFICATE-----\n";
}

TEST(Pem, TheFirstCertificateIsTakenWhateverStandsAroundIt) {
    auto const der = certificate_der("subject=A\r\n" + block("\r\nAQID\r\n") + block("BAUG"));
    ASSERT_TRUE(der.ok());
    EXPECT_EQ(*der, (Bytes{1, 2, 3}));
}

TEST(Pem, WhatIsNoCertificateIsRefused) {
    for (std::string const& text :
         {std::string(), block(""), block("!"), std::string("-----BEGIN CERTIFICATE-----AQID"),
          std::string("-----END CERTIFICATE-----AQID-----BEGIN CERTIFICATE-----"),
          std::string("-----BEGIN PRIVATE KEY-----AQID-----END PRIVATE KEY-----")}) {
        auto const der = certificate_der(text);
        ASSERT_FALSE(der.ok()) << text;
        EXPECT_EQ(der.error().code, Code::kInvalidContent);
    }
}

}  // namespace
}  // namespace musubi
