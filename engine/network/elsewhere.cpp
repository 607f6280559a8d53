#include "engine/network/elsewhere.h"

namespace striate {

WrittenNode& WrittenNode::with(const std::string& attribute, int64_t value) {
  WrittenAttribute a;
  a.name = attribute, a.integer = value;
  attributes.push_back(std::move(a));
  return *this;
}
WrittenNode& WrittenNode::with(const std::string& attribute, const std::vector<int64_t>& value) {
  WrittenAttribute a;
  a.name = attribute, a.kind = WrittenAttribute::Kind::integers, a.integers = value;
  attributes.push_back(std::move(a));
  return *this;
}
WrittenNode& WrittenNode::with_real(const std::string& attribute, double value) {
  WrittenAttribute a;
  a.name = attribute, a.kind = WrittenAttribute::Kind::real, a.real = static_cast<float>(value);
  attributes.push_back(std::move(a));
  return *this;
}
WrittenNode& WrittenNode::with_text(const std::string& attribute, const std::string& value) {
  WrittenAttribute a;
  a.name = attribute, a.kind = WrittenAttribute::Kind::text, a.text = value;
  attributes.push_back(std::move(a));
  return *this;
}

}  // namespace striate
