// The type holds what the languages need, and no more of it at the start than the first frame does.
#include "app/shell/fonts.h"

#include <gtest/gtest.h>
#include <imgui_internal.h>

#include <string>

#include "app/widgets/textures.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

constexpr Font kWords[] = {Font::body,    Font::strong, Font::heading, Font::control,
                           Font::caption, Font::label,  Font::number};

class Type : public testing::Test {
 protected:
  Type() : outer_(ImGui::GetCurrentContext()), context_(ImGui::CreateContext()) {
    ImGui::SetCurrentContext(context_);
    fonts = std::make_unique<Fonts>();
    fonts->prepare(1, textures);
  }
  ~Type() override {
    ImGui::SetCurrentContext(context_);
    fonts.reset();
    ImGui::DestroyContext(context_);
    ImGui::SetCurrentContext(outer_);
  }
  bool holds(Font font, unsigned code) const {
    const Fonts::Choice type = fonts->face(font, role_size(font), "a");
    return type.face->FindGlyphNoFallback(static_cast<ImWchar>(code)) != nullptr;
  }
  NoTextures textures;
  std::unique_ptr<Fonts> fonts;

 private:
  ImGuiContext* outer_;
  ImGuiContext* context_;
};

TEST_F(Type, begins_with_latin_and_its_accents) {
  for (const Font font : kWords) {
    for (unsigned code = 0x20; code < 0x180; ++code) {
      if (code >= 0x7F && code < 0xA0) continue;
      EXPECT_TRUE(holds(font, code) || code == 0xAD || code == 0x149) << "U+" << std::hex << code;
    }
  }
  fonts->want("áéíóúñçøåß ŔÉĹŤŸ -> ≥ ² • …");
  EXPECT_FALSE(fonts->wants_more());
}

TEST_F(Type, gets_other_alphabets_when_a_text_needs_them) {
  EXPECT_FALSE(holds(Font::body, 0x416)) << "the first frame does without Cyrillic";
  fonts->want("Жук");
  EXPECT_TRUE(fonts->wants_more());
  EXPECT_TRUE(fonts->prepare(1, textures));
  EXPECT_FALSE(fonts->wants_more());
  EXPECT_FALSE(fonts->prepare(1, textures));
  fonts->want("съешь ещё этих мягких французских булок, да выпей чаю ЁЇЄҐЉЊ");
  EXPECT_FALSE(fonts->wants_more()) << "an alphabet comes as a whole";
  fonts->want("Ǎ Ș ẞ Ệ Άώ ἄνθρωπος");
  fonts->prepare(1, textures);
  for (const Font font : kWords) {
    for (unsigned code = 0x410; code < 0x460; ++code) EXPECT_TRUE(holds(font, code)) << "U+" << std::hex << code;
    for (unsigned code :
         {0x1CDu, 0x218u, 0x1E9Eu, 0x1EC6u, 0x386u, 0x391u, 0x3A9u, 0x3ACu, 0x3B1u, 0x3C9u, 0x3CEu, 0x1F04u}) {
      EXPECT_TRUE(holds(font, code)) << "U+" << std::hex << code;
    }
  }
}

TEST_F(Type, shows_a_mark_for_what_no_font_has) {
  fonts->want("\u0378");  // that is no character yet
  fonts->prepare(1, textures);
  for (const Font font : kWords) {
    const ImFont* face = fonts->face(font, role_size(font), "a").face;
    const ImFontGlyph* glyph = face->FindGlyph(0x378);
    ASSERT_NE(glyph, nullptr);
    EXPECT_TRUE(glyph->Visible);
    EXPECT_GT(glyph->AdvanceX, 0);
    EXPECT_EQ(glyph, face->FindGlyph(0xFFFD));
  }
}

TEST_F(Type, draws_letters_in_a_size_that_holds_numbers_only) {
  for (const float size : kCellSizes) {
    for (const char* text : {"42", "zero", "größe", "1,5 × 2"}) {
      const ImFont* face = fonts->face(Font::number, size, text).face;
      for (size_t i = 0; text[i]; ++i) {
        unsigned code = 0;
        i += static_cast<size_t>(ImTextCharFromUtf8(&code, text + i, nullptr)) - 1;
        EXPECT_NE(face->FindGlyphNoFallback(static_cast<ImWchar>(code)), nullptr) << text << " at " << size;
      }
    }
  }
}

TEST(TypeOfAWindow, is_complete_one_frame_after_a_text_in_another_script) {
  ShellDriver driver;
  driver.textures.destroyed = 0;
  driver.run("palette on");
  driver.queue.text("Ж");
  driver.frame();
  EXPECT_TRUE(driver.frame() || driver.textures.destroyed > 0) << "another frame follows by itself";
  driver.settle();
  EXPECT_EQ(driver.textures.destroyed, 1) << "baked anew, once";
  driver.type("ук жук");
  EXPECT_EQ(driver.textures.destroyed, 1);
}

}  // namespace
}  // namespace striate
