// The phone's own words in Hindi and English; the departments' words come as they were sent.

const words = {
  chats: ['चैट', 'Chats'], me: ['मेरा नंबर बदलें', 'Change my number'], language: ['भाषा बदलें', 'Change language'],
  offline: ['कनेक्शन नहीं है, फिर कोशिश हो रही है…', 'Not connected, trying again…'],
  console: ['कंसोल', 'Console'], fiction: ['सभी नंबर काल्पनिक हैं', 'All numbers are fictional'],
  choose: ['किसी विभाग की चैट चुनें', 'Choose a department to chat with'],
  back: ['चैट की सूची पर लौटें', 'Back to chats'], latest: ['सबसे नए संदेश पर जाएँ', 'Go to the latest message'],
  attach: ['फ़ाइल या जगह जोड़ें', 'Attach'], message: ['संदेश', 'Message'], send: ['भेजें', 'Send'],
  log: ['संदेश', 'Messages'], account: ['सरकारी खाता', 'Government account'], typing: ['लिख रहे हैं…', 'typing…'],
  today: ['आज', 'Today'], yesterday: ['कल', 'Yesterday'], you: ['आप', 'You'],
  start: ['“नमस्ते” लिखकर बात शुरू करें', 'Say “hi” to begin'],
  photo: ['फ़ोटो', 'Photo'], document: ['दस्तावेज़', 'Document'], location: ['मेरी जगह', 'My location'],
  voice: ['आवाज़ (विभाग नहीं सुन सकता)', 'Voice note (not supported)'], samples: ['नमूना काग़ज़', 'Sample papers'],
  download: ['डाउनलोड करें', 'Download'], cancel: ['रहने दें', 'Cancel'], close: ['बंद करें', 'Close'],
  pay: ['देखें और भुगतान करें', 'Review and pay'], paid: ['भुगतान हो गया', 'Paid'],
    pending: ['भुगतान की पुष्टि बाकी है', 'Payment pending'],
  payFailed: ['भुगतान नहीं हुआ', 'Payment failed'], total: ['कुल', 'Total'], tax: ['कर', 'Tax'],
    subtotal: ['जोड़', 'Subtotal'],
  discount: ['छूट', 'Discount'], shipping: ['डाक', 'Shipping'], order: ['ऑर्डर', 'Order'],
  sendLocation: ['जगह भेजें', 'Send location'], giveAddress: ['पता दें', 'Provide address'],
    fillForm: ['फ़ॉर्म', 'Form'],
  formAnswer: ['उत्तर (JSON)', 'Answer (JSON)'], formSent: ['फ़ॉर्म भेजा गया', 'Form sent'],
  deleted: ['यह संदेश यहाँ नहीं दिखाया जा सकता', 'This message can’t be shown here'],
    unsupported: ['असमर्थित संदेश', 'Unsupported message'],
  newNumber: ['आपका नंबर (देश कोड के साथ)', 'Your number (with country code)'], save: ['ठीक है', 'OK'],
  failed: ['नहीं भेजा जा सका', 'Could not be sent'], tooOld: ['फ़ाइल अब नहीं है', 'The file is gone'],
  waiting: ['जा रहा है', 'sending'], sent: ['भेजा गया', 'sent'], delivered: ['पहुँच गया', 'delivered'],
    read: ['पढ़ा गया', 'read'],
  unread: ['नए संदेश', 'unread'], template: ['सूचना', 'Notification'],
  place: ['जगह', 'Location'], audio: ['आवाज़', 'Audio'],
  name: ['नाम', 'Name'], phone_number: ['फ़ोन', 'Phone'], in_pin_code: ['पिन कोड', 'PIN code'],
    house_number: ['मकान नंबर', 'House number'],
  building_name: ['भवन', 'Building'], address: ['पता', 'Address'], landmark_area: ['पास की पहचान', 'Landmark'],
    city: ['शहर', 'City'],
  state: ['राज्य', 'State'], floor_number: ['मंज़िल', 'Floor'], tower_number: ['टावर', 'Tower'],
}

export let language = new URLSearchParams(location.search).get('lang')
  ?? localStorage.getItem('language') ?? (navigator.language?.startsWith('en') ? 'en' : 'hi')

export const word = (key) => words[key]?.[language === 'hi' ? 0 : 1] ?? key

export function setLanguage(next) {
  language = next
  localStorage.setItem('language', next)
  speak()
}

/** Puts the words into the page: text, labels and hints by data attributes. */
export function speak(root = document) {
  document.documentElement.lang = language
  for (const node of root.querySelectorAll('[data-word]')) node.textContent = word(node.dataset.word)
  for (const node of root.querySelectorAll('[data-label]')) node.setAttribute('aria-label', word(node.dataset.label))
  for (const node of root.querySelectorAll('[data-hint]')) node.placeholder = word(node.dataset.hint)
  const button = document.getElementById('language')
  if (button) Object.assign(button, language === 'hi' ? { textContent: 'En', lang: 'en' } : { textContent: 'हि', lang: 'hi' })
}

/** The language of a text, for the lang attribute that a screen reader needs. */
export const tongue = (text) => (/[\u0900-\u097F]/.test(text ?? '') ? 'hi' : 'en')
