// Runs a Tiltfile with the Starlark interpreter that Tilt uses. A recorder replaces each of Tilt's functions, and the program
// prints the recorded calls with their arguments.
//
// It reads one JSON object from standard input: the file, the functions by name (their parameters in order and what they
// return), and the answers of functions that read their environment. It prints {"calls": [...]} or {"error": "..."}.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	starjson "go.starlark.net/lib/json"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

type parameter struct {
	Name, Type string
	Optional   bool
}

type function struct {
	Parameters []parameter
	// What the function returns: "nothing", "value" (an argument for another function), "answer" (one of the given answers),
	// "file" (a file's text), "decoded" or "encoded" (JSON).
	Gives string
}

type order struct {
	File      string
	Functions map[string]function
	Constants map[string]string
	// Keyed by function and first argument, such as "os.getenv KEY".
	Answers map[string]string
}

type call struct {
	Function  string         `json:"function"`
	Arguments map[string]any `json:"arguments"`
}

// The value that a function such as sync() returns. A Tiltfile can only pass it on.
type value struct{ call call }

func (v value) String() string        { return v.call.Function + "(…)" }
func (v value) Type() string          { return v.call.Function }
func (v value) Freeze()               {}
func (v value) Truth() starlark.Bool  { return true }
func (v value) Hash() (uint32, error) { return 0, fmt.Errorf("%s() is not hashable", v.call.Function) }

// The language options of Tilt: internal/tiltfile/starkit/environment.go.
var options = &syntax.FileOptions{Set: true, GlobalReassign: true, TopLevelControl: true, Recursion: true}

type run struct {
	order       order
	calls       []call
	predeclared starlark.StringDict
}

func main() {
	r := run{calls: []call{}}
	if err := json.NewDecoder(os.Stdin).Decode(&r.order); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	r.predeclare()
	said := map[string]any{}
	if _, err := r.exec(r.order.File); err != nil {
		said["error"] = err.Error()
		if traced, ok := err.(*starlark.EvalError); ok {
			said["error"] = traced.Backtrace()
		}
	} else {
		said["calls"] = r.calls
	}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// Declares the functions. One with a dot in its name, such as "os.getenv", becomes a member of the module "os".
func (r *run) predeclare() {
	r.predeclared = starlark.StringDict{}
	modules := map[string]starlark.StringDict{}
	for name, f := range r.order.Functions {
		builtin := starlark.NewBuiltin(name, r.recorder(f))
		module, member, inModule := strings.Cut(name, ".")
		if !inModule {
			r.predeclared[name] = builtin
			continue
		}
		if modules[module] == nil {
			modules[module] = starlark.StringDict{}
		}
		modules[module][member] = builtin
	}
	for name, members := range modules {
		r.predeclared[name] = &starlarkstruct.Module{Name: name, Members: members}
	}
	for name, text := range r.order.Constants {
		r.predeclared[name] = starlark.String(text)
	}
}

// Runs a file. Supports load() of files in the same folder, as Tilt does.
func (r *run) exec(file string) (starlark.StringDict, error) {
	thread := &starlark.Thread{Name: file, Load: func(_ *starlark.Thread, module string) (starlark.StringDict, error) {
		if !strings.HasPrefix(module, "./") {
			return nil, fmt.Errorf("load(%q): only files of this folder; anything else needs a network", module)
		}
		return r.exec(filepath.Join(filepath.Dir(file), module))
	}}
	return starlark.ExecFileOptions(options, thread, file, nil, r.predeclared)
}

func (r *run) recorder(f function) func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		given, err := bind(b.Name(), f, args, kwargs)
		if err != nil {
			return nil, err
		}
		made := call{b.Name(), map[string]any{}}
		for name, v := range given {
			if made.Arguments[name], err = plain(v); err != nil {
				return nil, fmt.Errorf("%s: %s: %v", b.Name(), name, err)
			}
		}
		if f.Gives != "value" {
			r.calls = append(r.calls, made)
		}
		return r.give(thread, f, made, given)
	}
}

func (r *run) give(thread *starlark.Thread, f function, made call, given starlark.StringDict) (starlark.Value, error) {
	switch f.Gives {
	case "value":
		return value{made}, nil
	case "answer", "file":
		key := made.Function
		if len(f.Parameters) > 0 {
			key = fmt.Sprintf("%s %v", key, made.Arguments[f.Parameters[0].Name])
		}
		if answer, ok := r.order.Answers[key]; ok {
			return starlark.String(answer), nil
		}
		if fallback, ok := given["default"]; ok {
			return fallback, nil
		}
		if f.Gives == "answer" {
			return nil, fmt.Errorf("no answer to %s", key)
		}
		text, err := os.ReadFile(filepath.Join(filepath.Dir(r.order.File), fmt.Sprint(made.Arguments[f.Parameters[0].Name])))
		return starlark.String(text), err
	case "decoded":
		return starlark.Call(thread, starjson.Module.Members["decode"], starlark.Tuple{given[f.Parameters[0].Name]}, nil)
	case "encoded":
		return starlark.Call(thread, starjson.Module.Members["encode"], starlark.Tuple{given[f.Parameters[0].Name]}, nil)
	default:
		return starlark.None, nil
	}
}

func bind(name string, f function, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.StringDict, error) {
	given := starlark.StringDict{}
	known := map[string]parameter{}
	for _, p := range f.Parameters {
		known[p.Name] = p
	}
	if len(args) > len(f.Parameters) {
		return nil, fmt.Errorf("%s: got %d arguments, want at most %d", name, len(args), len(f.Parameters))
	}
	for i, arg := range args {
		given[f.Parameters[i].Name] = arg
	}
	for _, pair := range kwargs {
		key := string(pair[0].(starlark.String))
		if _, ok := known[key]; !ok {
			names := make([]string, 0, len(known))
			for each := range known {
				names = append(names, each)
			}
			sort.Strings(names)
			return nil, fmt.Errorf("%s: unexpected keyword argument %q; there are %s", name, key, strings.Join(names, ", "))
		}
		if given.Has(key) {
			return nil, fmt.Errorf("%s: got multiple values for %q", name, key)
		}
		given[key] = pair[1]
	}
	for _, p := range f.Parameters {
		v, ok := given[p.Name]
		if !ok && !p.Optional {
			return nil, fmt.Errorf("%s: missing argument for %s", name, p.Name)
		}
		if ok && !fits(v, p.Type) {
			return nil, fmt.Errorf("%s: for parameter %s: got %s, want %s", name, p.Name, v.Type(), p.Type)
		}
	}
	return given, nil
}

// Whether a value has a type: the result of v.Type(), "T list" for a list of it, or several of these separated by bars.
func fits(v starlark.Value, wanted string) bool {
	for _, one := range strings.Split(wanted, " | ") {
		element, isList := strings.CutSuffix(one, " list")
		if !isList && (one == "any" || v.Type() == one) {
			return true
		}
		list, ok := v.(*starlark.List)
		if !isList || !ok {
			continue
		}
		all := true
		for i := range list.Len() {
			all = all && fitsOne(list.Index(i).Type(), element)
		}
		if all {
			return true
		}
	}
	return false
}

func fitsOne(kind, wanted string) bool {
	for _, one := range strings.Split(wanted, "/") {
		if one == "any" || one == kind {
			return true
		}
	}
	return false
}

// Converts a value to one that encoding/json can write.
func plain(v starlark.Value) (any, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.String:
		return string(v), nil
	case starlark.Bool:
		return bool(v), nil
	case starlark.Int:
		n, _ := v.Int64()
		return n, nil
	case starlark.Float:
		return float64(v), nil
	case value:
		return v.call, nil
	case *starlark.Dict:
		made := map[string]any{}
		for _, pair := range v.Items() {
			key, ok := starlark.AsString(pair[0])
			if !ok {
				return nil, fmt.Errorf("a dict's key is a %s", pair[0].Type())
			}
			item, err := plain(pair[1])
			if err != nil {
				return nil, err
			}
			made[key] = item
		}
		return made, nil
	case starlark.Sequence:
		made := []any{}
		for item := range starlark.Elements(v) {
			each, err := plain(item)
			if err != nil {
				return nil, err
			}
			made = append(made, each)
		}
		return made, nil
	}
	return nil, fmt.Errorf("a %s is no argument", v.Type())
}
