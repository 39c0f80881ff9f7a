package report

import (
	"fmt"
	"regexp"
	"strings"
)

// A page is a README in Markdown. What is a table of declarations stands in it
// between two comments and is generated:
//
//	<!-- generated: settings orders -->
//	…
//	<!-- /generated -->
var generatedBlock = regexp.MustCompile(`(?s)<!-- generated: ([a-z_ -]+) -->\n.*?<!-- /generated -->`)

// Regenerate returns a page with its generated blocks made anew. generate returns
// the text of a block from the words of its first comment.
func Regenerate(page string, generate func(words []string) (string, error)) (string, error) {
	var failed error
	made := generatedBlock.ReplaceAllStringFunc(page, func(block string) string {
		words := generatedBlock.FindStringSubmatch(block)[1]
		text, err := generate(strings.Fields(words))
		if err != nil {
			failed = fmt.Errorf("<!-- generated: %s -->: %w", words, err)
			return block
		}
		return fmt.Sprintf("<!-- generated: %s -->\n%s<!-- /generated -->", words, text)
	})
	return made, failed
}

var (
	link     = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	emphasis = strings.NewReplacer("`", "", "**", "")
)

// FirstSentence returns the first sentence below the title of a page, as plain
// text.
func FirstSentence(page string) string {
	for paragraph := range strings.SplitSeq(page, "\n\n") {
		text := strings.Join(strings.Fields(paragraph), " ")
		if text == "" || strings.HasPrefix(text, "#") || strings.HasPrefix(text, "<!--") {
			continue
		}
		text = emphasis.Replace(link.ReplaceAllString(text, "$1"))
		if end := strings.Index(text, ". "); end >= 0 {
			text = text[:end]
		}
		return strings.TrimRight(text, ".:")
	}
	return ""
}
