// codec/xacml: any XML as a policy set. What is read stays within its limits and is complete.
#include "codec/xacml/policy_set.h"
#include "platform/xml/parse.h"

#include <cstdlib>

namespace {

using namespace musubi;

std::size_t nodes_of(xacml::Node const& node) {
    if (node.id.empty()) std::abort();
    std::size_t count = 1 + node.rules.size();
    for (auto const& child : node.children) count += nodes_of(child);
    return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const document = xml::parse(ByteView(data, size));
    if (!document) return 0;
    auto const node = xacml::read_policy_set(document->root());
    if (node && nodes_of(*node) > xacml::kMaxNodes) std::abort();
    if (!node && node.error().issues.size() != 1) std::abort();
    return 0;
}
