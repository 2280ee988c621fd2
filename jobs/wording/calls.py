"""How a wrong call of the command line is told, and the words around its help, in English and German."""

from collections.abc import Mapping

#: Longer sentences stand before shorter ones that would fit them too.
CALL_SENTENCES: Mapping[str, tuple[str, str]] = {
    "no_option_near": (
        "No such option: {name} (Possible options: {names})",
        "Option {name} gibt es nicht; möglich: {names}",
    ),
    "no_option": ("No such option: {name}", "Option {name} gibt es nicht"),
    "no_command_near": (
        "No such command {name}. Did you mean {names}?",
        "Befehl {name} gibt es nicht. Ist {names} gemeint?",
    ),
    "no_command": ("No such command {name}.", "Befehl {name} gibt es nicht."),
    "command_missing": ("Missing command.", "Es fehlt ein Befehl."),
    "argument_missing": ("Missing argument {name}.", "Es fehlt {name}."),
    "option_missing": ("Missing option {name}.", "Es fehlt die Option {name}."),
    "too_much": ("Got unexpected extra argument(s) ({names})", "Zu viel angegeben: {names}"),
    "needs_value": ("Option {name} requires an argument.", "Option {name} braucht einen Wert."),
    "takes_none": ("Option {name} does not take a value.", "Option {name} nimmt keinen Wert."),
    "bad_value": ("Invalid value for {name}: {why}", "Kein Wert für {name}: {why}"),
    "whole": ("should be a whole number", "muss eine ganze Zahl sein"),
    "number": ("should be a number", "muss eine Zahl sein"),
    "least": ("should be greater than or equal to {least}", "muss mindestens {least} sein"),
    "most": ("should be less than or equal to {most}", "darf höchstens {most} sein"),
}

#: What stands around the texts of a help, by the library that prints it.
HELP_FRAME: Mapping[str, tuple[str, str]] = {
    "usage": ("Usage: ", "Aufruf: "),
    "arguments": ("Arguments:", "Angaben:"),
    "options": ("Options:", "Optionen:"),
    "commands": ("Commands:", "Befehle:"),
    "shape_of_group": ("[OPTIONS] COMMAND [ARGS]...", "[OPTIONEN] BEFEHL [ANGABEN]..."),
    "shape": ("[OPTIONS]", "[OPTIONEN]"),
    "required": ("[required]", "[nötig]"),
    "default": ("[default:", "[Vorgabe:"),
    "show_help": ("Show this message and exit.", "Diesen Text zeigen und enden."),
    "try_help": ("Try '{command} --help' for help.", "Hilfe: {command} --help --lang de"),
    "error": ("Error: {what}", "Fehler: {what}"),
}
