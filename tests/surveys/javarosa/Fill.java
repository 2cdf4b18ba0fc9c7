import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.ValidateOutcome;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.SelectMultiData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormAnswerDataParser;
import org.javarosa.xform.util.XFormUtils;

/**
 * Fills forms with JavaRosa, the engine of ODK Collect, as an enumerator does: question after question, forward.
 *
 * <p>Reads a list of scripts (JSON) and writes what became of each: the questions that were asked, the answers that
 * were refused with the form's own message, and the submission. An answer that is a list is given one after another
 * until one is accepted.
 */
public final class Fill {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode answers;
    private final FormDef form;
    private final FormEntryModel model;
    private final FormEntryController controller;
    private final Set<String> used = new HashSet<>();
    private final ObjectNode told = JSON.createObjectNode();
    private final ArrayNode asked = told.putArray("asked");
    private final ArrayNode refused = told.putArray("refused");

    private Fill(JsonNode script) throws Exception {
        answers = script.get("answers");
        try (FileInputStream xml = new FileInputStream(script.get("form").asText())) {
            form = XFormUtils.getFormFromInputStream(xml);
        }
        model = new FormEntryModel(form);
        controller = new FormEntryController(model);
        form.initialize(true, new InstanceInitializationFactory());
        controller.setLanguage(script.get("language").asText());
    }

    public static void main(String[] names) throws Exception {
        JsonNode batch = JSON.readTree(new File(names[0]));
        new XFormsModule().registerModule();
        Phone phone = new Phone(batch.get("properties"));
        ArrayNode results = JSON.createArrayNode();
        for (JsonNode script : batch.get("scripts")) {
            phone.media = new File(script.get("media").asText());
            results.add(new Fill(script).run());
        }
        Files.write(new File(names[1]).toPath(), JSON.writeValueAsBytes(results));
    }

    private ObjectNode run() throws Exception {
        boolean through = walk();
        if (through) {
            ValidateOutcome outcome = form.validate(true);
            through = outcome == null || outcome.outcome == FormEntryController.ANSWER_OK;
            if (!through) {
                told.put("stopped", pathOf(outcome.failedPrompt));
            }
        }
        told.put("through", through);
        ArrayNode unused = told.putArray("unused");
        for (Iterator<String> paths = answers.fieldNames(); paths.hasNext(); ) {
            String path = paths.next();
            if (!used.contains(path)) {
                unused.add(path);
            }
        }
        byte[] xml = new XFormSerializingVisitor().serializeInstance(form.getInstance());
        told.put("xml", new String(xml, StandardCharsets.UTF_8));
        return told;
    }

    /** Goes through the form; false where an answer was refused and no better one was in the script. */
    private boolean walk() {
        int event = controller.stepToNextEvent();
        while (event != FormEntryController.EVENT_END_OF_FORM) {
            if (event == FormEntryController.EVENT_QUESTION && !answer()) {
                return false;
            }
            if (event == FormEntryController.EVENT_PROMPT_NEW_REPEAT && scripted(pathOf(model.getFormIndex()))) {
                controller.newRepeat();
            }
            event = controller.stepToNextEvent();
        }
        form.postProcessInstance();
        return true;
    }

    private boolean scripted(String repeat) {
        for (Iterator<String> paths = answers.fieldNames(); paths.hasNext(); ) {
            if (paths.next().startsWith(repeat + "/")) {
                return true;
            }
        }
        return false;
    }

    private boolean answer() {
        FormEntryPrompt prompt = model.getQuestionPrompt();
        String path = pathOf(model.getFormIndex());
        used.add(path);
        show(path, prompt);
        if (prompt.isReadOnly()) {
            return true;
        }
        List<String> attempts = attempts(path, prompt);
        for (String text : attempts) {
            String why = attempt(prompt, text);
            if (why == null) {
                return true;
            }
            ObjectNode refusal = refused.addObject().put("path", path).put("value", text).put("why", why);
            if (why.equals("constraint")) {
                refusal.put("message", prompt.getConstraintText(valueOf(prompt, text)));
            }
        }
        told.put("stopped", path);
        return false;
    }

    private List<String> attempts(String path, FormEntryPrompt prompt) {
        List<String> texts = new ArrayList<>();
        JsonNode given = answers.get(path);
        if (given == null) {
            IAnswerData value = prompt.getAnswerValue();
            texts.add(value == null ? "" : value.uncast().getString());
        } else if (given.isArray()) {
            given.forEach(one -> texts.add(one.asText()));
        } else {
            texts.add(given.asText());
        }
        return texts;
    }

    /** Gives one answer; null where it was accepted, else why not. */
    private String attempt(FormEntryPrompt prompt, String text) {
        IAnswerData value;
        try {
            value = valueOf(prompt, text);
        } catch (NotOffered error) {
            return "not_offered";
        }
        switch (controller.answerQuestion(value, true)) {
            case FormEntryController.ANSWER_OK:
                return null;
            case FormEntryController.ANSWER_REQUIRED_BUT_EMPTY:
                return "required";
            default:
                return "constraint";
        }
    }

    private static IAnswerData valueOf(FormEntryPrompt prompt, String text) {
        if (text.isEmpty()) {
            return null;
        }
        switch (prompt.getControlType()) {
            case Constants.CONTROL_SELECT_ONE:
                return new SelectOneData(selections(prompt, text).get(0));
            case Constants.CONTROL_SELECT_MULTI:
                return new SelectMultiData(selections(prompt, text));
            default:
                return XFormAnswerDataParser.getAnswerData(text, prompt.getDataType(), prompt.getQuestion());
        }
    }

    private static List<Selection> selections(FormEntryPrompt prompt, String text) {
        List<Selection> found = new ArrayList<>();
        for (String name : text.split(" ")) {
            SelectChoice choice = prompt.getSelectChoices().stream()
                    .filter(one -> one.getValue().equals(name))
                    .findFirst()
                    .orElseThrow(NotOffered::new);
            found.add(choice.selection());
        }
        return found;
    }

    private void show(String path, FormEntryPrompt prompt) {
        ObjectNode question = asked.addObject().put("path", path);
        question.put("label", prompt.getQuestionText()).put("hint", prompt.getHelpText());
        question.put("required", prompt.isRequired());
        List<SelectChoice> choices = prompt.getSelectChoices();
        if (choices != null) {
            ObjectNode offered = question.putObject("choices");
            choices.forEach(one -> offered.put(one.getValue(), prompt.getSelectChoiceText(one)));
        }
    }

    /** Names from the root; a repeat with the number of its row, from 0: {@code moves/arrivals[0]/women}. */
    private String pathOf(FormIndex index) {
        TreeReference reference = index.getReference();
        StringBuilder path = new StringBuilder();
        for (int step = 1; step < reference.size(); step++) {
            String name = reference.getName(step);
            path.append(step > 1 ? "/" : "").append(name);
            TreeElement template = form.getMainInstance().getTemplatePath(reference.getSubReference(step));
            if (template != null && template.isRepeatable()) {
                path.append('[').append(reference.getMultiplicity(step)).append(']');
            }
        }
        return path.toString();
    }

    private static final class NotOffered extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
