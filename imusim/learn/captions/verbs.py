"""Verbs of captions in their three forms: walk, walks, walking."""

from __future__ import annotations

import re

_WORDS = """
accelerate act adjust agree aim alternate amble applaud approach ascend attack balance bang bash
bathe beat beckon bend bite block blow boogie bounce bow bowl box brace break breathe bring brush
bump burst button call carry cartwheel cast catch celebrate change charge chase check cheer chew
chop circle clap clean click climb clip close clutch coil collapse collect comb come conduct
continue cook cough count cover cower crack crawl creep cross crouch crumple crush curl curtsey cut
cycle dance dangle dart dash defend descend dig dip direct dive do dodge drag draw dribble drift
drink drive drop drum duck dust eat elevate embrace end enter examine exercise explain extend face
fall fan fasten feel feign fetch fidget fight fill find finish fish fix flap flex flick flinch flip
float flutter fly fold follow fumble gallop gaze gesture get give glance glide go grab grasp greet
grip grope guard guide halt hammer hang hide hike hinge hit hoist hold hoover hop hover hug hunch
hurl hurry hurt hush imitate indicate inspect iron jab jog juggle jump keep kick knead kneel knit
knock know land lay lead lean leap leave let lie lift limp listen load lob look loosen lower lunge
make manoeuvre march massage mimic mix mop motion mount move mow navigate nod nudge open operate
pace pack paddle paint pant parry pass pat pause paw pedal peek peel perch perform pet pick pinch
pirouette pitch pivot place plant play plead plug point poke polish pose pounce pound pour practice
practise prance pray prepare press pretend proceed prowl pull pump punch push put race raise rake
rap reach react read rear recline recover relax release remain remove repeat respond rest retreat
return revolve ride rinse rip rise roam roar rock roll rotate row rub run rush salute saunter saw
say scamper scan scoop scoot scramble scrape scratch scrub scurry search seize serve set shake
shave shift shiver shoo shoot shovel show shrug shuffle shut shuttle sidestep signal sing sip sit
skate ski skip slap slash sleep slice slide slip slouch slump smack smell smoke snake snap snatch
sneak sneeze sniff somersault speak speed spin splash spread spring sprint squat squeeze stab
stagger stamp stand staple start stay steer step stir stomp stoop stop straighten stretch stride
strike strip stroke stroll strum strut stumble support surf swagger sway sweep swerve swim swing
swipe switch swivel take talk tap tear tell text think throw thrust tick tie tighten tilt tip
tiptoe toddle toss totter touch tour trace train transfer travel tread tremble trim trip trot
trudge try tuck tug tumble turn twirl twist type uncross unfold unload unscrew untie use vacuum
vault veer wade wag wait wake walk waltz wander wash watch wave wear weave whip whirl whisk whisper
wield wiggle wind wipe wobble work wring write yank yawn zip
"""
_BASES = _WORDS.split()
"""What people do in captions of motion. No verb that is rather a part of the body or a place."""

STATIVE = frozenset({"agree", "face", "feel", "know"})
"""Verbs that do not take the progressive well."""

_DOUBLED = re.compile(r"(?:(?:qu|[^aeiou])*[aeiou][bdfgklmnprtvz]|\w+[ae]l|sidestep)")
_NOT_DOUBLED = re.compile(r"\w*(?:ea|ee|ei)l")


def third(base: str) -> str:
    """``walks`` of ``walk``."""
    if re.search(r"(?:s|x|z|ch|sh|o)$", base):
        return f"{base}es"
    return f"{base[:-1]}ies" if re.search(r"[^aeiou]y$", base) else f"{base}s"


def participle(base: str) -> str:
    """``walking`` of ``walk``."""
    if base.endswith("ie"):
        return f"{base[:-2]}ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")):
        return f"{base[:-1]}ing"
    if base.endswith("ic"):
        return f"{base}king"
    doubled = _DOUBLED.fullmatch(base) and not _NOT_DOUBLED.fullmatch(base)
    return f"{base}{base[-1] if doubled else ''}ing"


BASE = {base: base for base in _BASES}
THIRD = {third(base): base for base in _BASES}
PARTICIPLE = {participle(base): base for base in _BASES}
PARTICIPLE |= {
    one.replace("lling", "ling"): base
    for one, base in PARTICIPLE.items()
    if base.endswith(("el", "al"))
}  # as Americans write them
FORMS = {"base": BASE, "third": THIRD, "participle": PARTICIPLE}
"""Of each form, what stands in a text and the verb that it is of."""


def inflected(base: str, form: str) -> str:
    """A verb in one of :data:`FORMS`."""
    return {"base": str, "third": third, "participle": participle}[form](base)


def forms(base: str) -> tuple[str, str, str]:
    """A verb as it is, with a person, and in the present participle."""
    return base, third(base), participle(base)
