#pragma once

// What the generated tables hold for the walker (Walker.cpp); program.py compiles them. Private to
// wire/.
//
// A message begins with a part of fixed layout: `places` lists its fields of interest. If more of
// interest follows, `code` walks it: a position in the message, slots for numbers that lengths
// depend on, and a small stack to compute them. The code comes from the generator and is trusted;
// the message is not: every instruction that moves or reads checks it against the end.

#include "xproxy/wire/Schema.h"

#include <cstdint>
#include <span>

namespace entracte::wire {

inline constexpr std::size_t kSlots = 64;
inline constexpr std::size_t kStackDepth = 8;

enum class Op : std::uint8_t {
    End,        // the message was long enough
    LoadFixed,  // slot a = the number of b bytes at offset c of the message
    Load,       // slot a = the number of b bytes at position + c
    Visit,      // a field of kind a at position + c; b: its size, 0x100: an element of a list
    Skip,       // position += c
    Align,      // position to a multiple of a
    PushNumber, // c
    PushSlot,   // slot a
    PushRest,   // how many times c bytes fit between position and end
    Store,      // slot a = top, popped
    Add,        // the two topmost numbers become one
    Subtract,
    Multiply,
    Divide,
    And,
    Shift,
    Not, // 32 bits
    PopCount,
    SumList,    // slot a = sum over a list of [top] elements of b bytes, from position on:
                // c = offset in an element << 16 | size << 8 | count bits (1) or add numbers (0)
    ListSkip,   // [top] elements of c bytes hold nothing of interest; pops
    ListVisit,  // [top] numbers of kind a and b bytes; pops
    ListPlaces, // [top] elements of b bytes with a places each, from kElementPlaces[c]; pops
    LoopBegin, // [top] times up to the LoopEnd before b, each at least c bytes; slot a counts; pops
    LoopEnd,   // back to after b
    LoopRestBegin,  // as long as c bytes remain, up to the LoopRestEnd before b; slot a remembers
                    // where
    LoopRestEnd,    // back to b; ends the walk if the position did not move
    JumpUnlessMask, // to b unless slot a has a bit of c
    JumpIfEqual,    // to b if slot a is c
    Jump,           // to b
    BoundBegin,     // slot a = position + top, popped: there a structure ends
    BoundEnd,       // position = slot a
    GlyphItems,     // RENDER's glyph items to the end, characters of a bytes
    TextItems,      // PolyText's items to the end, characters of a bytes
};

struct Instruction {
    Op op;
    std::uint8_t a;
    std::uint16_t b;
    std::uint32_t c;
};

struct Place {
    std::uint16_t offset;
    std::uint8_t size;
    FieldKind kind;
    bool isList;
};

struct Program {
    std::uint32_t firstPlace;
    std::uint16_t placeCount;
    std::uint16_t minimum; // bytes that the fixed part needs
    std::uint32_t firstInstruction;
    std::uint16_t instructionCount; // 0: nothing of interest after the fixed part
};

// Generated (Tables.cpp).
extern const std::span<const Place> kPlaces;        // of the messages' fixed parts
extern const std::span<const Place> kElementPlaces; // of elements of lists
extern const std::span<const Instruction> kInstructions;
extern const std::span<const Program> kPrograms;
extern const std::span<const ExtensionSchema> kExtensions;

} // namespace entracte::wire
