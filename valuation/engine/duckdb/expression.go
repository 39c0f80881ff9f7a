package duckdb

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cbv/valuation/engine"
)

// scalarFunctions are the functions a configured expression may call: pure,
// over one row. DuckDB's parse tree does not distinguish them from aggregates,
// unnest, now or getvariable, hence a list of what is allowed.
var scalarFunctions = map[string]bool{}

func init() {
	for _, names := range []string{
		"+ - * / // % ** ^ & | << >> || ~~ !~~ ~~* !~~* ~~~ like_escape not_like_escape", // operators
		"abs ceil ceiling exp floor greatest isfinite isinf isnan least ln log10 mod power pow round sign sqrt trunc",
		"concat concat_ws contains decode ends_with left length lower lpad ltrim md5 nullif prefix regexp_extract",
		"regexp_full_match regexp_matches regexp_replace replace reverse right rpad rtrim split_part",
		"starts_with strip_accents substr substring suffix trim upper",
		"date_part date_trunc day epoch_ms make_date make_timestamp month strftime strptime timezone",
		"to_days to_hours to_minutes to_months to_seconds to_timestamp to_weeks to_years try_strptime year",
	} {
		for name := range strings.FieldsSeq(names) {
			scalarFunctions[name] = true
		}
	}
}

// nodeClasses are the kinds of parse-tree nodes a configured expression may
// hold.
var nodeClasses = []string{
	"BETWEEN", "CASE", "CAST", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "OPERATOR",
}

// CheckExpression verifies that text is one scalar SQL expression over a row
// with the given columns, and returns the columns it refers to as they are
// spelt in columns.
func (d *database) CheckExpression(ctx context.Context, text string, columns []string) ([]string, error) {
	var used []string
	// Alone, and in the parentheses that an input puts around it: some texts
	// (a trailing comma, a closing parenthesis) are one thing here and another
	// there. The newline keeps a trailing comment from swallowing what follows.
	for _, statement := range []string{"select " + text + "\n", "select (\n" + text + "\n)"} {
		tree, err := d.parse(ctx, statement)
		if err != nil {
			return nil, err
		}
		item, err := onlyItem(tree)
		if err != nil {
			return nil, err
		}
		c := expressionCheck{known: columns}
		if err := c.visit(item); err != nil {
			return nil, err
		}
		used = c.used
	}
	return used, nil
}

// parse returns DuckDB's unbound parse tree of a statement.
func (d *database) parse(ctx context.Context, statement string) (map[string]any, error) {
	var text string
	if err := d.conn.QueryRowContext(ctx, "select cast(json_serialize_sql(?::varchar) as varchar)", statement).Scan(&text); err != nil {
		return nil, d.tidy(ctx, err)
	}
	var tree map[string]any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		return nil, fmt.Errorf("duckdb's parse tree: %w", err)
	}
	if failed, _ := tree["error"].(bool); failed {
		message, _ := tree["error_message"].(string)
		if strings.HasPrefix(message, "Only SELECT") {
			return nil, fmt.Errorf("a statement stands where one expression is wanted")
		}
		return nil, fmt.Errorf("it is not one SQL expression: %s", firstLine(message))
	}
	return tree, nil
}

// onlyItem returns the one expression of a tree that is exactly
// `select <expression>` and nothing else.
func onlyItem(tree map[string]any) (map[string]any, error) {
	statements, _ := tree["statements"].([]any)
	if len(statements) != 1 {
		return nil, fmt.Errorf("%d statements stand where one expression is wanted", len(statements))
	}
	statement, _ := statements[0].(map[string]any)
	node, _ := statement["node"].(map[string]any)
	items, _ := node["select_list"].([]any)
	from, _ := node["from_table"].(map[string]any)
	ctes, _ := node["cte_map"].(map[string]any)
	bare := node["type"] == "SELECT_NODE" && len(items) == 1 && from["type"] == "EMPTY" && isEmpty(ctes["map"])
	for _, clause := range []string{"modifiers", "where_clause", "group_expressions", "group_sets", "having", "sample", "qualify"} {
		bare = bare && isEmpty(node[clause])
	}
	if !bare {
		return nil, fmt.Errorf("a query stands where one expression over a row is wanted")
	}
	item, _ := items[0].(map[string]any)
	if alias, _ := item["alias"].(string); alias != "" {
		return nil, fmt.Errorf("an alias (as %s) has no meaning in an expression: leave it out", alias)
	}
	return item, nil
}

func isEmpty(value any) bool {
	items, isList := value.([]any)
	return value == nil || isList && len(items) == 0
}

type expressionCheck struct {
	known []string
	used  []string
}

// visit walks the tree; every map with a class is an expression node.
func (c *expressionCheck) visit(value any) error {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			if err := c.visit(item); err != nil {
				return err
			}
		}
	case map[string]any:
		if class, ok := value["class"].(string); ok {
			if err := c.node(class, value); err != nil {
				return err
			}
		}
		for _, child := range value {
			if err := c.visit(child); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *expressionCheck) node(class string, node map[string]any) error {
	switch {
	case !slices.Contains(nodeClasses, class):
		return fmt.Errorf("%s is not allowed: an expression sees one row at a time", describeClass(class))
	case class == "FUNCTION":
		name, _ := node["function_name"].(string)
		distinct, _ := node["distinct"].(bool)
		schema, _ := node["schema"].(string)
		// The grammar itself writes trim(x) as main.trim(x).
		ours := schema == "" || schema == "main"
		if !scalarFunctions[name] || distinct || !ours || node["filter"] != nil {
			return fmt.Errorf("function %s is not allowed: an expression may use scalar functions of one row only", name)
		}
	case class == "COLUMN_REF":
		names, _ := node["column_names"].([]any)
		if first, _ := names[0].(string); len(names) == 2 && slices.ContainsFunc(c.known, func(name string) bool { return strings.EqualFold(name, first) }) {
			return fmt.Errorf("%s is a column, and an expression cannot look into one: write the file again with %v as a column of its own", first, names[1])
		}
		if len(names) != 1 {
			return fmt.Errorf("write column names without a table before them")
		}
		name, _ := names[0].(string)
		column, err := engine.FindColumn(name, c.known)
		if err != nil {
			return err
		}
		if !slices.Contains(c.used, column) {
			c.used = append(c.used, column)
		}
	}
	return nil
}

func describeClass(class string) string {
	switch class {
	case "SUBQUERY":
		return "a subquery"
	case "WINDOW":
		return "a window function"
	case "STAR":
		return "a star"
	case "PARAMETER":
		return "a parameter"
	case "LAMBDA":
		return "a lambda"
	}
	return strings.ToLower(class)
}
