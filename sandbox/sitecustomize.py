"""What every Python in a sandbox does as it starts, the ones that a script starts too: it waits for matplotlib.

When matplotlib's fonts are imported, a font with Chinese glyphs is put behind whatever family is asked for (W3), also
where a style, a theme or a script has named others, and in labels with formulas. A family that is missing is then said
once a run, not once a text.
"""

import os
import site
import sys

OWN_PACKAGES = "/opt/paperagent/own"
CHOSEN = "/opt/paperagent/mpl/chinese.json"
# From here on characters are Chinese, Japanese, Korean, or their punctuation; no fonts for formulas have any.
FIRST_IDEOGRAPHIC = 0x2E80
SERIF = ("serif", "times", "song", "sun", "ming", "kai", "georgia", "garamond", "palatino", "cambria", "roman")


def is_serif(families):
    """Whether the first family that is asked for is one with serifs, judged by its name."""
    first = families[0].lower() if families else ""
    return "sans" not in first and any(part in first for part in SERIF)


def once(seen):
    def passes(record):
        message = record.getMessage()
        # That one stands in for it follows from its not being found, which is said.
        if message in seen or "Falling back to" in message:
            return False
        seen.add(message)
        return True

    return passes


def draw_chinese(font_manager):
    import json
    import logging

    logging.getLogger("matplotlib.font_manager").addFilter(once(set()))
    try:
        with open(CHOSEN, encoding="utf-8") as file:
            chosen = json.load(file)
    except FileNotFoundError:
        return
    find = font_manager.FontManager._find_fonts_by_props

    def find_and_add(self, prop, fontext="ttf", *args, **named):
        paths = find(self, prop, fontext, *args, **named)
        if fontext != "ttf":
            return paths
        prop = font_manager.FontProperties._from_any(prop)
        serif = is_serif(prop.get_family())
        for family in (chosen["serif" if serif else "sans"], "DejaVu Serif" if serif else "DejaVu Sans"):
            further = prop.copy()
            further.set_family(family)
            path = self.findfont(further)
            if path not in paths:
                paths.append(path)
        return paths

    font_manager.FontManager._find_fonts_by_props = find_and_add


def draw_chinese_in_formulas(mathtext):
    from matplotlib import font_manager

    def drawing(find):
        def find_glyph(self, fontname, font_class, sym):
            if len(sym) != 1 or ord(sym) < FIRST_IDEOGRAPHIC:
                return find(self, fontname, font_class, sym)
            paths = font_manager.fontManager._find_fonts_by_props(self.default_font_prop)
            fonts = [font_manager.get_font(path) for path in paths]
            having = [font for font in fonts if font.get_char_index(ord(sym)) != 0]
            return (having[0], ord(sym), False) if having else find(self, fontname, font_class, sym)

        return find_glyph

    for name in ("UnicodeFonts", "BakomaFonts", "DejaVuFonts"):
        fonts = getattr(mathtext, name)
        fonts._get_glyph = drawing(fonts._get_glyph)


AFTER_IMPORT = {"matplotlib.font_manager": draw_chinese, "matplotlib._mathtext": draw_chinese_in_formulas}


class Then:
    """A loader that does something with the module it has loaded."""

    def __init__(self, loader, act):
        self.loader, self.act = loader, act

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        self.loader.exec_module(module)
        self.act(module)

    def __getattr__(self, name):
        return getattr(self.loader, name)


class Awaited:
    """Finds the modules that something is to be done with, by whoever else finds them."""

    def find_spec(self, name, path=None, target=None):
        act = AFTER_IMPORT.get(name)
        if act is None:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                spec.loader = Then(spec.loader, act)
                return spec
        return None


sys.meta_path.insert(0, Awaited())

# Packages of the operator's own choice (W2), behind all others: they take no other's place.
if os.path.isdir(OWN_PACKAGES):
    site.addsitedir(OWN_PACKAGES)
